//! What comes before what. `order/cycle` is the graph's own; its page is Markdown.

pub mod not_in_effect;
pub mod release_still_needs;
pub mod unchecked_predecessor;
pub mod undo_leaves_dependant;
pub mod undo_out_of_order;
pub mod unreachable;
pub mod unsafe_fallback;
pub mod violation;
pub mod writers_not_frozen;
