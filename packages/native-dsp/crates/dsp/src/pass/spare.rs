//! Memory of results that nobody holds any more, for those to come.
//!
//! New memory is cleared by the system when it is first written, which takes as long as a fifth of the work on what is
//! written there.

use std::sync::Mutex;

use super::os;
use super::workers::lock;

/// Memory is kept for so many words at most (256 MiB); the system may take it back whenever it is short of it.
const MOST_WORDS: usize = 1 << 27;
/// Less comes from where the allocator keeps its own.
const LEAST_WORDS: usize = 1 << 20;

static KEPT: Mutex<Vec<Vec<i16>>> = Mutex::new(Vec::new());

/// So many words, whatever they are.
pub fn take(words: usize) -> Vec<i16> {
    let mut kept = lock(&KEPT);
    // What is far too large would hold memory that nobody needs.
    let fits = |spare: &Vec<i16>| (words..=words.saturating_mul(2)).contains(&spare.capacity());
    let mut spare = match kept.iter().position(fits) {
        Some(index) => kept.swap_remove(index),
        None => Vec::new(),
    };
    drop(kept);
    if spare.capacity() == 0 {
        spare = vec![0; words];
        os::prefer_large_pages(&mut spare);
    }
    spare.resize(words, 0);
    spare
}

/// Keeps the memory of a result, unless there is enough.
pub fn give(mut words: Vec<i16>) {
    if words.capacity() < LEAST_WORDS || words.capacity() > MOST_WORDS {
        return;
    }
    os::is_spare(&mut words);
    let mut kept = lock(&KEPT);
    kept.push(words);
    // The oldest go first.
    while kept.iter().map(Vec::capacity).sum::<usize>() > MOST_WORDS {
        kept.remove(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_used_again_where_it_fits() {
        let words = LEAST_WORDS + 77;
        let first = take(words);
        assert_eq!(first.len(), words);
        let at = first.as_ptr();
        give(first);
        let other = take(words / 3);
        assert_ne!(other.as_ptr(), at);
        let again = take(words - 5);
        assert_eq!((again.as_ptr(), again.len()), (at, words - 5));
        give(vec![1; 10]);
        assert_eq!(take(10), [0; 10]);
    }
}
