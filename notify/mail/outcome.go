package mail

import (
	"encoding/base64"
	"errors"
	"net"
	"net/textproto"
	"slices"
	"strings"
)

// Error is why a delivery failed, in words that hold neither the password nor a
// control character, whatever the server answered.
type Error struct {
	text     string
	accepted bool
}

func (e *Error) Error() string { return e.text }

// Accepted reports that the message was delivered all the same: the error tells
// of recipients who will never get it.
func (e *Error) Accepted() bool { return e.accepted }

// maxError bounds what is kept of a server's answer, in bytes.
const maxError = 600

// fault makes err safe to log and to keep. A server may repeat what it was
// sent, and its answers may hold anything.
func (s *Sender) fault(err error, accepted bool) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	if p := s.o.Password; p != "" {
		encode := base64.StdEncoding.EncodeToString
		for _, secret := range []string{p, encode([]byte(p)), encode([]byte("\x00" + s.o.User + "\x00" + p))} {
			text = strings.ReplaceAll(text, secret, "<secret>")
		}
	}
	text = oneLine(strings.ToValidUTF8(text, "?"))
	if len(text) > maxError {
		text = strings.ToValidUTF8(text[:maxError], "") + "…"
	}
	return &Error{text, accepted}
}

// temporary reports whether an answer leaves hope (4xx), or none came at all.
func temporary(err error) bool {
	var reply *textproto.Error
	return !errors.As(err, &reply) || reply.Code/100 != 5
}

// answered reports whether the server said something.
func answered(err error) bool {
	var reply *textproto.Error
	return errors.As(err, &reply)
}

// waiting lists the recipients who have not got the message yet.
func (s *Sender) waiting(id string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, a := range s.to {
		if !slices.Contains(s.accepted[id], a.Address) && !slices.Contains(out, a.Address) {
			out = append(out, a.Address)
		}
	}
	return out
}

// remember notes who has got a message that others still wait for, and reports
// whether anybody has.
func (s *Sender) remember(id string, taken []string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(taken) > 0 {
		// Messages that were given up leave their notes behind; a second copy for
		// somebody is better than notes without end.
		if len(s.accepted) > 1000 {
			clear(s.accepted)
		}
		s.accepted[id] = append(s.accepted[id], taken...)
	}
	return len(s.accepted[id]) > 0
}

func (s *Sender) forget(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.accepted, id)
}

// bounded is a connection that reads no more than so much: a server's answers
// to one message are short, and one that never ends would fill the memory.
type bounded struct {
	net.Conn
	left int
}

var errTalkative = errors.New("the server answers without end")

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTalkative
	}
	n, err := b.Conn.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}
