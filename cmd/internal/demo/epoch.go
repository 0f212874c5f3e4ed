package demo

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"policywatch/store/record"
)

// epoch is what changes at one point of the time axis. All of it is lasting,
// except Serve, which is true of its own epoch only.
type epoch struct {
	Turn
	// Statement is the address of the statement from now on.
	Statement string
	// Redirects are old address, status, new address.
	Redirects []redirect
	// Serve replaces the statement's page ("error") or every page ("down") by
	// the page named error, with status 200.
	Serve string
	// Text, when not negative, returns to the text of that epoch.
	Text int
	// Markup names another way to mark up the same text.
	Markup string
	// Letters are pairs of strings: the spelling to use from now on.
	Letters []string
	Edits   []edit
}

type redirect struct {
	From   string
	Status int
	To     string
}

// edit replaces a passage that stands exactly once in the statement's source.
type edit struct{ Old, New string }

func (e edit) apply(source string) (string, error) {
	if n := strings.Count(source, e.Old); n != 1 {
		return "", fmt.Errorf("edit of %q: the passage stands %d times, want once", e.Old, n)
	}
	return strings.Replace(source, e.Old, e.New, 1), nil
}

// moment is a site at one epoch: everything before it applied.
type moment struct {
	statement Statement
	address   string
	redirects map[string]redirect
	serve     string
	markup    string
}

// moments works the time axis out, so that a request needs no more than an
// index.
func (s *site) moments() ([]moment, error) {
	var out []moment
	var sources []string
	var letters []string
	source, now := s.source, moment{}
	for k, e := range s.epochs {
		if e.Text >= 0 {
			source = sources[e.Text]
		}
		var err error
		for _, ed := range e.Edits {
			if source, err = ed.apply(source); err != nil {
				return nil, fmt.Errorf("epoch %d: %w", k, err)
			}
		}
		sources = append(sources, source)
		letters = append(slices.Clone(letters), e.Letters...)
		st, err := parseStatement(source)
		if err != nil {
			return nil, fmt.Errorf("epoch %d: %w", k, err)
		}
		now.statement, now.serve = st.rewrite(letters), e.Serve
		if e.Statement != "" {
			now.address = e.Statement
		}
		if e.Markup != "" {
			now.markup = e.Markup
		}
		if e.Text >= 0 {
			now.markup = ""
		}
		next := make(map[string]redirect, len(now.redirects)+len(e.Redirects))
		for _, r := range now.redirects {
			next[r.From] = r
		}
		for _, r := range e.Redirects {
			next[r.From] = r
		}
		delete(next, now.address)
		now.redirects = next
		out = append(out, now)
	}
	if out[0].address == "" {
		return nil, fmt.Errorf("epoch 0 gives the statement no address")
	}
	return out, nil
}

func (s *site) readEpoch(body string) error {
	e := epoch{Text: -1}
	head, edits, err := readEdits(body)
	if err != nil {
		return err
	}
	e.Edits = edits
	err = fields(head, func(key, v string) error {
		switch key {
		case "story":
			e.Story = v
		case "state":
			e.Expect.State = v
		case "fault":
			e.Expect.Fault = record.FaultKind(v)
		case "class":
			e.Expect.Class = record.Class(v)
		case "severity":
			e.Expect.Severity = record.Severity(v)
			if e.Expect.Severity.Rank() < 0 {
				return fmt.Errorf("no such severity: %s", v)
			}
		case "topics":
			for _, w := range strings.Fields(v) {
				e.Expect.Topics = append(e.Expect.Topics, record.Topic(w))
			}
		case "event":
			e.Expect.Event = record.EventType(v)
		case "statement":
			e.Statement = v
		case "redirect":
			f := strings.Fields(v)
			if len(f) != 3 {
				return fmt.Errorf("redirect: want old address, status, new address")
			}
			code, err := strconv.Atoi(f[1])
			if err != nil {
				return fmt.Errorf("redirect: %w", err)
			}
			e.Redirects = append(e.Redirects, redirect{From: f[0], Status: code, To: f[2]})
		case "serve":
			if !slices.Contains([]string{"error", "down"}, v) {
				return fmt.Errorf("serve: want error or down")
			}
			e.Serve = v
		case "text":
			n, err := strconv.Atoi(v)
			if err != nil || n < 0 || n >= len(s.epochs) {
				return fmt.Errorf("text: %q is no earlier epoch", v)
			}
			e.Text = n
		case "markup":
			e.Markup = v
		case "letters":
			var from, to string
			if _, err := fmt.Sscanf(v, "%q %q", &from, &to); err != nil {
				return fmt.Errorf("letters: want two quoted strings: %w", err)
			}
			e.Letters = append(e.Letters, from, to)
		default:
			return fmt.Errorf("no such key: %s", key)
		}
		return nil
	})
	s.epochs = append(s.epochs, e)
	return err
}

// readEdits takes the edits out of an epoch's body. An edit is written
//
//	<<<<
//	the passage as it stands
//	====
//	what stands there from now on
//	>>>>
func readEdits(body string) (head string, edits []edit, err error) {
	for {
		before, rest, found := strings.Cut(body, "<<<<\n")
		head += before
		if !found {
			return head, edits, nil
		}
		inner, after, ok := strings.Cut(rest, "\n>>>>")
		old, new, ok2 := strings.Cut(inner, "\n====")
		if !ok || !ok2 {
			return "", nil, fmt.Errorf("an edit does not end")
		}
		edits = append(edits, edit{Old: old, New: strings.TrimPrefix(new, "\n")})
		body = after
	}
}
