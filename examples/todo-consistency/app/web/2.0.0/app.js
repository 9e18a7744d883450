// Lists the open tasks of whoever is logged in. Which API it asks is a question to the server, at every start: when v1 is
// switched off, this build goes on with the old one.
const headers = { Authorization: `Bearer ${localStorage.getItem("token")}` };
const get = (path) => fetch(path, { headers }).then((answer) => answer.json());

get("/api/features").then(async ({ v1 }) => {
  const tasks = await get(v1 ? "/api/v1/tasks" : "/api/tasks");
  show(tasks.filter((task) => task.status !== "done" && task.status !== "cancelled"));
});

function show(tasks) {
  localStorage.setItem("tasks", JSON.stringify(tasks.map((task) => task.id)));
  document.getElementById("tasks").replaceChildren(
    ...tasks.map((task) => Object.assign(document.createElement("li"), { textContent: task.title })),
  );
}
