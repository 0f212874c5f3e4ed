package canon

import (
	"sync"
	"unicode/utf8"
)

// Token is one canonical word and where it stands in the original text.
type Token struct {
	// Text is the word in canonical form. Numbers, dates, e-mail addresses and
	// URLs are one word each; a Persian word and its affix are one word even
	// where the original has a space or a joiner between them.
	Text string
	// From and To delimit the bytes of the original that the word stands for.
	From, To int
}

// Tokens cuts s into canonical words. Punctuation is left out; signs that say
// something by themselves (%, &, currency, ticks and crosses) are words.
func Tokens(s string) []Token {
	l := lexers.Get().(*lexer)
	defer l.free()
	l.load(s)
	buf, ends, words := l.out[:0], l.ends[:0], l.words[:0]
	last := 0
	for l.next() {
		if !l.isWord() {
			continue
		}
		from := len(buf)
		buf = l.append(buf)
		to := int(l.cs[l.j-1].to)
		if n := len(words); n > 0 && l.glued && l.joins(buf[last:from], buf[from:]) {
			words[n-1].To, ends[n-1] = to, len(buf)
			continue
		}
		words = append(words, Token{From: int(l.cs[l.i].from), To: to})
		ends = append(ends, len(buf))
		last = from
	}
	// One string holds all texts.
	out := make([]Token, len(words))
	copy(out, words)
	all, from := string(buf), 0
	for i, end := range ends {
		out[i].Text = all[from:end]
		from = end
	}
	l.out, l.ends, l.words = buf, ends, words
	return out
}

// Text returns the canonical text: words and unified punctuation, single
// spaces, none at the ends. Text(Text(s)) equals Text(s).
func Text(s string) string {
	l := lexers.Get().(*lexer)
	defer l.free()
	l.load(s)
	out := l.out[:0]
	last := -1 // where the last word begins in out, -1 after punctuation
	for l.next() {
		from := len(out)
		if l.isWord() {
			out = l.append(out)
			if last >= 0 && l.glued && l.joins(out[last:from], out[from:]) {
				continue
			}
			if from > 0 && (l.spaced || last >= 0 || out[from-1] == '.' && l.class(l.i) == latin) {
				out = append(out, 0)
				copy(out[from+1:], out[from:])
				out[from] = ' '
				from++
			}
			last = from
			continue
		}
		if from > 0 && l.spaced {
			out = append(out, ' ')
		}
		out = l.append(out)
		last = -1
	}
	l.out = out
	return string(out)
}

// lexer cuts folded characters into lexemes: words, or single marks.
type lexer struct {
	s    string
	cs   []char
	i, j int // the current lexeme is cs[i:j]
	// spaced: white space stands before the lexeme. glued: nothing but white
	// space or a joiner stands between it and the word before.
	spaced, glued bool

	// Room for what Text and Tokens put together.
	out   []byte
	ends  []int
	words []Token
}

// lexers keeps the buffers of one text for the next.
var lexers = sync.Pool{New: func() any { return new(lexer) }}

func (l *lexer) free() {
	l.s = ""
	lexers.Put(l)
}

func (l *lexer) load(s string) {
	l.s, l.cs = s, fold(l.cs[:0], s)
	l.i, l.j = 0, 0
}

func (l *lexer) class(i int) class {
	if i < 0 || i >= len(l.cs) {
		return other
	}
	return classOf(l.cs[i].r)
}

func (l *lexer) isWord() bool { return l.class(l.i) != other }

func (l *lexer) append(b []byte) []byte {
	for _, c := range l.cs[l.i:l.j] {
		b = utf8.AppendRune(b, c.r)
	}
	return b
}

// next moves to the next lexeme and reports whether there is one.
func (l *lexer) next() bool {
	l.glued = l.j > 0 && l.class(l.j-1) == arabic
	i := l.j
	l.spaced = false
	for l.class(i) == space {
		l.spaced = true
		i++
	}
	if i >= len(l.cs) {
		return false
	}
	l.i, l.j = i, i+1
	switch l.class(i) {
	case arabic:
		for l.class(l.j) == arabic {
			l.j++
		}
	case latin, digit:
		if end := l.address(i); end > i {
			l.j = end
			break
		}
		for {
			if c := l.class(l.j); c == latin || c == digit {
				l.j++
			} else if l.connects(l.j) {
				l.j += 2
			} else {
				break
			}
		}
	}
	return true
}

// connects reports whether the mark at k joins its neighbours to one word:
// 12.5, 1395/11/28, M-03-22, 10:30, a.b@c.ir, don't.
func (l *lexer) connects(k int) bool {
	if k+1 >= len(l.cs) {
		return false
	}
	a, b := l.class(k-1), l.class(k+1)
	if a != latin && a != digit || b != latin && b != digit {
		return false
	}
	switch l.cs[k].r {
	case '@', '_':
		return true
	case '\'':
		return a == latin && b == latin
	case '.':
		// "end.Next" is two sentences, "gov.ir" one name.
		if a == digit && b == digit {
			return true
		}
		c := l.s[l.cs[k+1].from]
		return c < 'A' || c > 'Z'
	case '-':
		return a == digit || b == digit
	case '/', ':':
		return a == digit && b == digit
	}
	return false
}

// address returns the end of a URL that begins at i, or i.
func (l *lexer) address(i int) int {
	if !l.starts(i, "http://") && !l.starts(i, "https://") && !l.starts(i, "www.") {
		return i
	}
	k := i
	for k < len(l.cs) {
		r, c := l.cs[k].r, l.class(k)
		if c == space || c == arabic || r == '"' || r == '<' || r == '>' || r == '(' || r == ')' || r == '[' || r == ']' || r == ',' {
			break
		}
		k++
	}
	for k > i && l.class(k-1) == other && l.cs[k-1].r != '/' {
		k--
	}
	return k
}

func (l *lexer) starts(i int, p string) bool {
	if i+len(p) > len(l.cs) {
		return false
	}
	for k := range len(p) {
		if l.cs[i+k].r != rune(p[k]) {
			return false
		}
	}
	return true
}

// joins reports whether word b, which follows a with only a space between, is
// the same word in Persian spelling: a verb's می, a plural or a comparative.
// Other compounds are equal by space and joiner alone; their joined spelling is
// the business of Key.
func (l *lexer) joins(a, b []byte) bool {
	if c := l.class(l.i); c != arabic {
		return false
	}
	if string(a) == "می" || string(a) == "نمی" {
		return true
	}
	// Arabic لم تر is "did not see".
	return suffixes[string(b)] && string(a) != "لم"
}

var suffixes = map[string]bool{
	"ها": true, "های": true, "هایی": true, "هایم": true, "هایت": true, "هایش": true, "هایمان": true, "هایتان": true, "هایشان": true,
	"تر": true, "تری": true, "ترین": true,
}
