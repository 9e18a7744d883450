//! What each stage takes from the heap at its peak, beyond what stands there before it: `cargo bench --bench memory`. The figures are
//! in the columns `max alloc`; the times are those of a slower allocator and mean nothing.

#[global_allocator]
static ALLOCATOR: divan::AllocProfiler = divan::AllocProfiler::system();

#[path = "stages.rs"]
mod stages;

fn main() {
    stages::main();
}
