// Lists the open tasks of whoever is logged in; this build knows integers and the words of the database.
const headers = { Authorization: `Bearer ${localStorage.getItem("token")}` };

fetch("/api/tasks", { headers })
  .then((answer) => answer.json())
  .then((tasks) => show(tasks.filter((task) => task.status !== "done")));

function show(tasks) {
  localStorage.setItem("tasks", JSON.stringify(tasks.map((task) => task.id)));
  document.getElementById("tasks").replaceChildren(
    ...tasks.map((task) => Object.assign(document.createElement("li"), { textContent: task.title })),
  );
}
