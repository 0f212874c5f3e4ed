package object

// An object is one of nil (null), bool, int64, float64, string (raw bytes),
// Name, Array, Dict, *Stream and Ref.
type (
	// Name is a name without its slash.
	Name string
	// Array holds objects, references not followed.
	Array []any
	// Dict holds objects by name, references not followed.
	Dict map[Name]any
	// Ref points to an object of the file.
	Ref struct {
		Num uint32
		Gen uint16
	}
	// Stream is a dictionary with bytes, still packed.
	Stream struct {
		Dict Dict
		raw  []byte
		// ref is the object that the stream is; its key depends on it.
		ref Ref
	}
)

// maxDepth bounds nested arrays and dictionaries.
const maxDepth = 60

// Object reads the object that begins with the next token. ok is false at the
// end of the input and where no object can begin.
func (l *Lexer) Object() (obj any, ok bool) { return l.ObjectFrom(l.Next()) }

// ObjectFrom reads the object whose first token is t.
func (l *Lexer) ObjectFrom(t Token) (obj any, ok bool) { return l.object(t, 0) }

func (l *Lexer) object(t Token, depth int) (any, bool) {
	switch t.Kind {
	case Number:
		if !t.Int || t.Num > 1<<53 || t.Num < -1<<53 {
			return t.Num, true
		}
		if l.refs && t.Num >= 0 {
			if ref, ok := l.reference(t.Num); ok {
				return ref, true
			}
		}
		return int64(t.Num), true
	case String:
		return string(t.Text), true
	case NameToken:
		return Name(t.Text), true
	case Keyword:
		switch string(t.Text) {
		case "true":
			return true, true
		case "false":
			return false, true
		case "null":
			return nil, true
		}
		return nil, false
	case ArrayOpen:
		return l.array(depth)
	case DictOpen:
		return l.dict(depth)
	}
	return nil, false
}

// reference reads "g R" behind a number n, or nothing.
func (l *Lexer) reference(n float64) (Ref, bool) {
	back := l.pos
	if g := l.Next(); g.Kind == Number && g.Int && g.Num >= 0 && g.Num <= 65535 && n <= 1<<32-1 {
		if r := l.Next(); r.Kind == Keyword && string(r.Text) == "R" {
			return Ref{uint32(n), uint16(g.Num)}, true
		}
	}
	l.pos = back
	return Ref{}, false
}

func (l *Lexer) array(depth int) (any, bool) {
	var out Array
	for {
		t := l.Next()
		if t.Kind == EOF || t.Kind == ArrayClose {
			return out, true
		}
		if depth >= maxDepth {
			continue // flattened: nobody nests like that
		}
		back := l.pos
		v, ok := l.object(t, depth+1)
		if !ok {
			if l.stop(t) {
				l.pos = back - len(t.Text)
				return out, true
			}
			continue
		}
		out = append(out, v)
	}
}

// stop reports a keyword that ends the object around it: an array or
// dictionary that was never closed.
func (l *Lexer) stop(t Token) bool {
	return l.refs && t.Kind == Keyword && (string(t.Text) == "endobj" || string(t.Text) == "stream" || string(t.Text) == "obj")
}

func (l *Lexer) dict(depth int) (any, bool) {
	out := Dict{}
	for {
		t := l.Next()
		switch t.Kind {
		case EOF, DictClose:
			return out, true
		case NameToken:
			key := Name(t.Text)
			back := l.pos
			v := l.Next()
			if v.Kind == DictClose {
				return out, true
			}
			if depth >= maxDepth {
				continue
			}
			obj, ok := l.object(v, depth+1)
			if ok {
				if obj != nil {
					out[key] = obj
				}
			} else if l.stop(v) {
				l.pos = back
				return out, true
			}
		default:
			if l.stop(t) {
				l.pos -= len(t.Text)
				return out, true
			}
		}
	}
}
