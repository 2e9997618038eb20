//! Sees a decoder that has lost its way, while it happens.
//!
//! A decoder that attends to silence or to nothing falls into a loop: it writes the same tokens
//! again and again, with great confidence, until it may write no more. The remedies of the
//! reference implementations look at a text when it is whole (compression ratio in OpenAI's
//! `transcribe.py`, entropy of the last 32 tokens in whisper.cpp); here a loop ends the decoding as
//! soon as it is one.

/// How a decoding ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The model ended its text.
    Complete,
    /// The caller stopped it.
    Stopped,
    /// The same tokens came again and again.
    Loop,
    /// More tokens came than anybody speaks in that time.
    Runaway,
}

impl Ending {
    /// Whether the text may be better in a longer window.
    #[must_use]
    pub fn is_suspect(self) -> bool {
        matches!(self, Self::Loop | Self::Runaway)
    }
}

/// The longest phrase, in tokens, whose repetition is looked for.
const PHRASE: usize = 24;
/// So many different tokens among the last [`RECENT`] are too few for language: an entropy of less
/// than 2.4, as whisper.cpp asks.
const RECENT: usize = 32;
const LEAST_ENTROPY: f32 = 2.4;

/// Times that a phrase of so many tokens follows itself before it is a loop. *Setuju! Setuju!
/// Setuju!* is none, nor is a figure of many zeros.
fn too_often(phrase: usize) -> usize {
    match phrase {
        1 => 8,
        2 => 6,
        3 => 5,
        _ => 4,
    }
}

/// Whether the end of `tokens` is a loop.
#[must_use]
pub(crate) fn is_loop(tokens: &[u32]) -> bool {
    (1..=PHRASE).any(|phrase| {
        let length = phrase * too_often(phrase);
        let Some(end) = tokens.len().checked_sub(length).map(|from| &tokens[from..]) else { return false };
        end.chunks_exact(phrase).skip(1).all(|again| again == &end[..phrase])
    }) || is_monotonous(tokens)
}

fn is_monotonous(tokens: &[u32]) -> bool {
    let Some(from) = tokens.len().checked_sub(RECENT) else { return false };
    let mut recent = tokens[from..].to_vec();
    recent.sort_unstable();
    let entropy: f32 = recent
        .chunk_by(|a, b| a == b)
        .map(|same| {
            let share = same.len() as f32 / RECENT as f32;
            -share * share.ln()
        })
        .sum();
    entropy < LEAST_ENTROPY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emphasis_and_figures_are_no_loops() {
        assert!(!is_loop(&[5, 6, 5, 6, 5, 6]), "Setuju! three times");
        assert!(!is_loop(&[9, 1, 1, 1, 1]), "1.000.000.000.000");
        assert!(!is_loop(&(0..200).collect::<Vec<_>>()));
        assert!(!is_loop(&[]));
    }

    #[test]
    fn phrases_that_follow_themselves_are_loops() {
        for phrase in 1..=PHRASE {
            let once: Vec<u32> = (0..phrase as u32).collect();
            let mut tokens = vec![1000, 1001, 1002];
            for time in 1.. {
                tokens.extend(&once);
                if is_loop(&tokens) {
                    assert!(time <= too_often(phrase), "{phrase} tokens, {time} times");
                    assert!(time >= 2, "{phrase} tokens");
                    break;
                }
                assert!(time < 40, "{phrase} tokens");
            }
        }
    }

    #[test]
    fn few_different_tokens_are_a_loop_in_any_order() {
        let mut state = 1u32;
        let mixed: Vec<u32> = (0..64)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                state >> 16 & 7
            })
            .collect();
        assert!(is_loop(&mixed));
    }
}
