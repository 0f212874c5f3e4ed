// Package align finds what two versions of a statement have in common: it cuts
// both into sentences, matches those that say the same wherever they stand,
// pairs those that were reworded, tells which sections moved, were renamed,
// merged, split or dropped, and shows a reworded passage word by word.
//
// It says where the texts differ and nothing of what the difference means; it
// knows no lexicon and no topic. It is pure and deterministic: the cost is
// bounded by the size of the input (no quadratic step without a cap) and not by
// a clock.
package align
