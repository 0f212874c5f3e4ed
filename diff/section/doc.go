// Package section reads what a privacy statement says: it cuts a document's
// blocks into sections, gives each section its topics, reads dates, legal
// texts, addresses and other facts, and holds the whole against a legal
// profile.
//
// A lexicon's phrases become an automaton over words (phrase.go, dict.go),
// which one pass over a text runs through (matcher.go). A document is cut at its
// headings, every paragraph and every heading is weighed by the phrases in it
// (judge.go), and the weights make topics (topics.go). The same pass finds the
// words that facts are read by (facts.go and its neighbours). Check compares the
// outcome with a profile and quotes the sentences that show it (check.go).
//
// # A new language
//
// One file, configs/lexicons/CODE.yaml, teaches a language; no code changes. Its
// topics hold phrases for headings and for bodies with weights: 1 says the
// topic by itself, 0.6 needs company; purpose, collection, use and consent,
// which every sentence of a statement touches, count under a heading about
// something else only from 1.6 on. The type phrase explains the signs that they may
// use; what many phrases say of the same things, the words for data or the verbs
// of giving, are classes under words, and clauses number headings in words. Languages
// that write articles or pronouns onto their words can have
// rules in affix.go; without any, "*" marks the words that vary. The test
// TestLexicons says what a file still lacks, and go generate ./configs takes the
// file into the form that the program starts from.
//
// The package is pure: same document, same lexicons, same answer. It knows
// neither the web nor the archive, and it judges one document at a time;
// comparing two is package diff's work.
package section
