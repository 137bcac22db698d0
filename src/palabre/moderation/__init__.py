"""The judge: pure and deterministic. No I/O at judge time, no clock, no network, no SQL."""
