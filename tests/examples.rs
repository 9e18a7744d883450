//! The examples on real databases: from every position each scenario that applies there, back to what was, or to exactly the
//! stated loss. One file an example.

mod cocoatrack;
mod every_letter;
mod jazz_to_postgresql;
mod order_currency;
mod party_posture;
mod quickstart;
mod short;
mod todo_consistency;
mod uuid_schema;
