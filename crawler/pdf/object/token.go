package object

// Kind is the kind of a token.
type Kind uint8

// The kinds of token.
const (
	EOF Kind = iota
	Number
	String
	NameToken
	Keyword
	ArrayOpen
	ArrayClose
	DictOpen
	DictClose
)

// Token is one lexical unit of a file, of a content stream or of a CMap.
type Token struct {
	Kind Kind
	// Int says that a number was written without a decimal point.
	Int bool
	Num float64
	// Text is the decoded content of strings, names and keywords. It may share
	// memory with the input.
	Text []byte
}

// Lexer cuts bytes into tokens. It never fails and always moves on: what is no
// token is skipped, what is not closed ends with the input.
type Lexer struct {
	data []byte
	pos  int
	// refs lets Object read "12 0 R" as a reference; content streams hold none.
	refs bool
}

// NewLexer reads a content stream or a CMap.
func NewLexer(data []byte) *Lexer { return &Lexer{data: data} }

// Character classes of ISO 32000-1, 7.2.2.
const (
	regular byte = iota
	white
	delimiter
)

var class = func() (t [256]byte) {
	for _, c := range "\x00\t\n\f\r " {
		t[c] = white
	}
	for _, c := range "()<>[]{}/%" {
		t[c] = delimiter
	}
	return t
}()

func (l *Lexer) skip() {
	for l.pos < len(l.data) {
		c := l.data[l.pos]
		switch {
		case class[c] == white:
			l.pos++
		case c == '%':
			for l.pos < len(l.data) && l.data[l.pos] != '\n' && l.data[l.pos] != '\r' {
				l.pos++
			}
		default:
			return
		}
	}
}

// Next returns the next token, EOF for ever at the end.
func (l *Lexer) Next() Token {
	for {
		l.skip()
		if l.pos >= len(l.data) {
			return Token{}
		}
		c := l.data[l.pos]
		switch c {
		case '[':
			l.pos++
			return Token{Kind: ArrayOpen}
		case ']':
			l.pos++
			return Token{Kind: ArrayClose}
		case '<':
			if l.peek(1) == '<' {
				l.pos += 2
				return Token{Kind: DictOpen}
			}
			return Token{Kind: String, Text: l.hex()}
		case '>':
			if l.peek(1) == '>' {
				l.pos += 2
				return Token{Kind: DictClose}
			}
			l.pos++
		case '(':
			return Token{Kind: String, Text: l.literal()}
		case '/':
			return Token{Kind: NameToken, Text: l.name()}
		case ')', '{', '}':
			l.pos++
		default:
			return l.word()
		}
	}
}

func (l *Lexer) peek(n int) byte {
	if l.pos+n < len(l.data) {
		return l.data[l.pos+n]
	}
	return 0
}

// word reads a number or a keyword.
func (l *Lexer) word() Token {
	from := l.pos
	for l.pos < len(l.data) && class[l.data[l.pos]] == regular {
		l.pos++
	}
	w := l.data[from:l.pos]
	if c := w[0]; c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' {
		if n, isInt, ok := number(w); ok {
			return Token{Kind: Number, Num: n, Int: isInt}
		}
	}
	return Token{Kind: Keyword, Text: w}
}

// number reads a number as producers write them, doubled signs included.
func number(w []byte) (n float64, isInt, ok bool) {
	i, neg := 0, false
	for i < len(w) && (w[i] == '-' || w[i] == '+') {
		neg = neg || w[i] == '-'
		i++
	}
	isInt = true
	scale, digits := 1.0, 0
	for ; i < len(w); i++ {
		switch c := w[i]; {
		case c >= '0' && c <= '9':
			digits++
			if digits > 30 {
				return 0, false, false
			}
			n = n*10 + float64(c-'0')
			if !isInt {
				scale *= 10
			}
		case c == '.' && isInt:
			isInt = false
		case c == '-' && digits > 0: // "12.3-4", which some producers leave behind
			i = len(w)
		default:
			return 0, false, false
		}
	}
	if digits == 0 && isInt {
		return 0, false, false
	}
	n /= scale
	if neg {
		n = -n
	}
	return n, isInt, true
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

func (l *Lexer) hex() []byte {
	l.pos++
	var out []byte
	half := -1
	for l.pos < len(l.data) {
		c := l.data[l.pos]
		l.pos++
		if c == '>' {
			break
		}
		x := unhex(c)
		switch {
		case x < 0:
		case half < 0:
			half = x
		default:
			out = append(out, byte(half<<4|x))
			half = -1
		}
	}
	if half >= 0 {
		out = append(out, byte(half<<4))
	}
	return out
}

func (l *Lexer) literal() []byte {
	l.pos++
	from, depth := l.pos, 1
	// Most strings hold no escape and can be handed out as they stand.
	for i := from; i < len(l.data); i++ {
		c := l.data[i]
		if c == '\\' || c == '\r' {
			break
		}
		if c == '(' {
			depth++
		} else if c == ')' {
			if depth--; depth == 0 {
				l.pos = i + 1
				return l.data[from:i:i]
			}
		}
	}
	var out []byte
	depth = 1
	for l.pos < len(l.data) {
		c := l.data[l.pos]
		l.pos++
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return out
			}
		case '\r':
			if l.peek(0) == '\n' {
				l.pos++
			}
			c = '\n'
		case '\\':
			e, ok := l.escape()
			if ok {
				out = append(out, e)
			}
			continue
		}
		out = append(out, c)
	}
	return out
}

// escape reads what follows a backslash; ok is false for a line break, which
// stands for nothing.
func (l *Lexer) escape() (c byte, ok bool) {
	if l.pos >= len(l.data) {
		return 0, false
	}
	c = l.data[l.pos]
	l.pos++
	switch c {
	case 'n':
		return '\n', true
	case 'r':
		return '\r', true
	case 'b':
		return '\b', true
	case 't':
		return '\t', true
	case 'f':
		return '\f', true
	case '\r':
		if l.peek(0) == '\n' {
			l.pos++
		}
		return 0, false
	case '\n':
		return 0, false
	}
	if c < '0' || c > '7' {
		return c, true
	}
	x := int(c - '0')
	for i := 0; i < 2 && l.pos < len(l.data) && l.data[l.pos] >= '0' && l.data[l.pos] <= '7'; i++ {
		x = x*8 + int(l.data[l.pos]-'0')
		l.pos++
	}
	return byte(x), true
}

func (l *Lexer) name() []byte {
	l.pos++
	from := l.pos
	escaped := false
	for l.pos < len(l.data) && class[l.data[l.pos]] == regular {
		escaped = escaped || l.data[l.pos] == '#'
		l.pos++
	}
	raw := l.data[from:l.pos:l.pos]
	if !escaped {
		return raw
	}
	var out []byte
	for i := 0; i < len(raw); i++ {
		if raw[i] == '#' && i+2 < len(raw) && unhex(raw[i+1]) >= 0 && unhex(raw[i+2]) >= 0 {
			out = append(out, byte(unhex(raw[i+1])<<4|unhex(raw[i+2])))
			i += 2
			continue
		}
		out = append(out, raw[i])
	}
	return out
}

// Skip moves the lexer to a position relative to where it stands; inline images
// hold bytes that are no tokens.
func (l *Lexer) Skip(n int) { l.pos = min(max(l.pos+n, 0), len(l.data)) }

// Rest is what has not been read.
func (l *Lexer) Rest() []byte { return l.data[l.pos:] }
