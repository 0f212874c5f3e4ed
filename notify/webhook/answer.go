package webhook

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
)

const (
	// maxAnswer bounds what is read of an answer, in bytes: enough to keep the
	// connection where answers are short, no more where they are not.
	maxAnswer = 64 << 10
	// maxShown bounds what is kept of one, in letters.
	maxShown = 200
	// unasked is the wait where the receiver says that we are too many without
	// saying for how long.
	unasked = time.Minute
)

// Error is why a delivery failed. It shows neither the secret nor the address
// beyond its host.
type Error struct {
	text  string
	after time.Duration
}

func (e *Error) Error() string { return e.text }

// RetryAfter is the least wait that the receiver asked for, 0 when it did not.
func (e *Error) RetryAfter() time.Duration { return e.after }

// judge reads an answer. 408, 429 and 5xx may pass, and so may a redirect, which
// is often a proxy's page while the receiver is away. Any other refusal is
// final; 410 in particular means that the address is no longer in use.
func (s *Sender) judge(res *http.Response) (retry bool, err error) {
	body, _ := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	code := res.StatusCode
	switch {
	case code/100 == 2:
		return false, nil
	case code/100 == 3:
		return true, s.fault(fmt.Sprintf("redirects (%d), which is not followed", code), nil, 0)
	case code == http.StatusGone:
		return false, s.fault("says that nothing is received there any more (410)", nil, 0)
	}
	what := fmt.Sprintf("answers %d", code)
	if name := http.StatusText(code); name != "" {
		what += " " + name
	}
	if text := shown(body); text != "" {
		what += ": " + text
	}
	retry = code/100 == 5 || code == http.StatusRequestTimeout || code == http.StatusTooManyRequests || code/100 == 1
	after := time.Duration(0)
	if retry {
		after = s.retryAfter(res.Header.Get("Retry-After"))
		if after == 0 && code == http.StatusTooManyRequests {
			after = unasked
		}
	}
	return retry, s.fault(what, nil, after)
}

// retryAfter reads the header in both of its forms (RFC 9110, 10.2.3).
func (s *Sender) retryAfter(value string) time.Duration {
	if n, err := strconv.Atoi(strings.TrimSpace(value)); err == nil {
		// The dispatcher bounds it again; this keeps it from overflowing.
		return time.Duration(min(max(n, 0), 365*24*3600)) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(at.Sub(s.o.Clock()), 0)
	}
	return 0
}

// fault makes an error out of what happened. The client's own errors begin with
// the whole address; the receiver's answer may repeat what it was sent.
func (s *Sender) fault(what string, err error, after time.Duration) error {
	text := s.host + " " + what
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	if err != nil {
		text += ": " + err.Error()
	}
	for _, secret := range s.secrets() {
		text = strings.ReplaceAll(text, secret, "<secret>")
	}
	return &Error{text, after}
}

// secrets are the texts that must not be shown.
func (s *Sender) secrets() []string {
	out := []string{s.o.URL}
	if s.o.Secret != "" {
		out = append(out, s.o.Secret, strings.TrimPrefix(s.o.Secret, "whsec_"))
	}
	if u, err := url.Parse(s.o.URL); err == nil {
		if p, ok := u.User.Password(); ok && p != "" {
			out = append(out, p)
		}
		// A short path, as "/" or "/hook", is no secret and would only garble.
		for _, part := range []string{u.RequestURI(), u.Path, u.RawQuery} {
			if len(part) >= 8 {
				out = append(out, part)
			}
		}
	}
	return out
}

// shown makes an answer fit to be kept: one line of letters, cut short.
func shown(body []byte) string {
	text := strings.Join(strings.FieldsFunc(strings.ToValidUTF8(string(body), ""), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	if runes := []rune(text); len(runes) > maxShown {
		text = string(runes[:maxShown]) + "…"
	}
	return text
}
