//! What has been read in a text, kept beside it: each reader reads it once, whoever asks, and the plan knows none of them.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Readings of one text, each under a key of its reader's own type. A copy of the text begins without any: it may be about to change.
#[derive(Default)]
pub struct Kept(Mutex<Vec<Reading>>);

struct Reading {
    key: Box<dyn Any + Send + Sync>,
    value: Arc<dyn Any + Send + Sync>,
}

impl Kept {
    /// Returns the reading under a key; where there is none, what `read` returns, which is kept. A type of key has one type of reading.
    pub fn once<K: PartialEq + Send + Sync + 'static, T: Send + Sync + 'static>(&self, key: K, read: impl FnOnce() -> T) -> Arc<T> {
        let kept = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept().iter().find(|reading| reading.key.downcast_ref() == Some(&key)).map(|reading| reading.value.clone());
        found.and_then(|value| value.downcast().ok()).unwrap_or_else(|| {
            // Not under the lock: a reader may ask for another reading of the same text.
            let value = Arc::new(read());
            kept().push(Reading { key: Box::new(key), value: value.clone() });
            value
        })
    }
}

impl Clone for Kept {
    fn clone(&self) -> Kept {
        Kept::default()
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kept")
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::Kept;

    #[test]
    fn each_is_read_once_and_a_copy_begins_anew() {
        let (kept, times) = (Kept::default(), Cell::new(0));
        let read = |kept: &Kept, key: u32| {
            kept.once(key, || {
                times.set(times.get() + 1);
                key.to_string()
            })
        };
        assert_eq!((read(&kept, 1).as_str(), read(&kept, 2).as_str(), read(&kept, 1).as_str(), times.get()), ("1", "2", "1", 2));
        assert_eq!(*kept.once("1", || 7), 7);
        assert_eq!((read(&kept.clone(), 1).as_str(), times.get()), ("1", 3));
    }
}
