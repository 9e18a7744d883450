//! What comes before what. `order/cycle` is the graph's own; its page is Markdown.

pub mod undo_leaves_dependant;
