//! The examples on real databases: from every position each scenario that applies there, back to what was, or to exactly the
//! stated loss. One file an example; its stories are tests, and the fault campaign tells them again while something goes wrong.

/// Makes tests of stories, and a list by name.
macro_rules! stories {
    ($($story:ident,)*) => {
        /// The stories of this example.
        #[allow(dead_code, reason = "the fault campaign asks")]
        pub const STORIES: &[(&str, fn())] = &[$((stringify!($story), $story)),*];

        mod told {
            $(#[test]
            fn $story() {
                super::$story();
            })*
        }
    };
}

pub mod cocoatrack;
pub mod every_letter;
pub mod jazz_to_postgresql;
pub mod order_currency;
pub mod party_posture;
pub mod quickstart;
pub mod short;
pub mod todo_consistency;
pub mod uuid_schema;
