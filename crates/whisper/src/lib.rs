//! Whisper's forward pass on a CPU.
//!
//! The architecture is that of Radford et al., *Robust Speech Recognition via Large-Scale Weak Supervision* (2022).
