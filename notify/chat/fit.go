package chat

import (
	"strings"
	"unicode"
)

// maxText is what Telegram takes in one message, in UTF-16 code units. The others
// take more: Mattermost 16,383 letters, Slack 40,000, Teams 28 KB with the card
// around it, Matrix 64 KB. One measure for all keeps a message the same everywhere.
const maxText = 4096

// fit cuts a text to what every service takes: where a sentence or a line ends, if
// one does in the last third, else where a word does. Isolates that the cut leaves
// open are closed, or they would turn round what the service writes next.
func fit(text string) string {
	runes := []rune(text)
	limit := room16(runes, maxText)
	if limit == len(runes) {
		return text
	}
	// What closes isolates takes room as well; texts have a few open at most.
	const spare = 16
	limit = room16(runes, maxText-spare)
	cut := last(runes, limit, func(i int) bool {
		return runes[i] == '\n' || strings.ContainsRune(".!?؟۔…", runes[i]) && (i+1 == len(runes) || unicode.IsSpace(runes[i+1]))
	})
	if cut < limit*2/3 {
		if word := last(runes, limit, func(i int) bool { return unicode.IsSpace(runes[i]) }); word > cut && word >= limit*2/3 {
			cut = word
		}
	}
	if cut < limit*2/3 {
		cut = limit
	}
	short := strings.TrimRightFunc(string(runes[:cut]), unicode.IsSpace)
	open := 0
	for _, r := range short {
		switch {
		case r >= 0x2066 && r <= 0x2068:
			open++
		case r == 0x2069 && open > 0:
			open--
		}
	}
	// More than there is room for is not ours: nobody nests so deep.
	return short + strings.Repeat("\u2069", min(open, spare-2)) + " …"
}

// room16 is how many of the runes stay within that many UTF-16 code units.
func room16(runes []rune, units int) int {
	for i, r := range runes {
		if units--; r > 0xffff {
			units--
		}
		if units < 0 {
			return i
		}
	}
	return len(runes)
}

// last is the end of the last rune before limit that fits; 0 when none does.
func last(runes []rune, limit int, fits func(i int) bool) int {
	for i := limit - 1; i >= 0; i-- {
		if fits(i) {
			return i + 1
		}
	}
	return 0
}
