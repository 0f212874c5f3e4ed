package export

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"strings"
	"unicode"

	"policywatch/store/record"
)

func hexDigest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// readable is a document as text in the manner of Markdown: headings with #,
// items with a dash. With sentences every sentence stands on a line of its own,
// so that a comparison by lines shows the sentence and not the paragraph.
func readable(d *record.Document, sentences bool) string {
	var b strings.Builder
	if d.Title != "" {
		b.WriteString(oneLine(d.Title) + "\n" + strings.Repeat("=", 8) + "\n")
	}
	list := false
	for _, k := range d.Blocks {
		item := k.Kind == record.Item || k.Kind == record.Row
		if b.Len() > 0 && !(item && list) {
			b.WriteByte('\n')
		}
		list = item
		text := oneLine(k.Text)
		switch {
		case k.Kind == record.Heading:
			b.WriteString(strings.Repeat("#", min(max(k.Level, 1), 6)) + " ")
		case k.Kind == record.Item:
			b.WriteString(strings.Repeat("  ", min(max(k.Level, 1), 10)-1) + "- ")
		case sentences:
			text = bySentence(text)
		}
		b.WriteString(text + "\n")
	}
	return b.String()
}

// bySentence breaks the line after every mark that ends a sentence. Nothing but
// a space becomes a line break, so that the text can be had back.
func bySentence(s string) string {
	var b strings.Builder
	ended := false
	for _, r := range s {
		if r == ' ' && ended {
			r = '\n'
		}
		ended = strings.ContainsRune(".!?؟۔", r)
		b.WriteRune(r)
	}
	return b.String()
}

// oneLine folds every line break and removes the other control characters.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t' || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}

// summing is a SHA-256 that says its result in hex.
type summing struct{ hash.Hash }

func newHash() summing { return summing{sha256.New()} }

func (s summing) hex() string { return hex.EncodeToString(s.Sum(nil)) }
