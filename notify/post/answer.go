package post

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
func (t *Target) judge(res *http.Response, read Reader) (retry bool, err error) {
	body, _ := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	code := res.StatusCode
	if read != nil {
		switch v, decided := read(code, body); {
		case decided && v.Problem == "":
			return false, nil
		case decided:
			return v.Retry, t.fault("answers "+shown(t.redact(v.Problem)), nil, v.After)
		}
	}
	switch {
	case code/100 == 2:
		return false, nil
	case code/100 == 3:
		return true, t.fault(fmt.Sprintf("redirects (%d), which is not followed", code), nil, 0)
	case code == http.StatusGone:
		return false, t.fault("says that nothing is received there any more (410)", nil, 0)
	}
	what := fmt.Sprintf("answers %d", code)
	if name := http.StatusText(code); name != "" {
		what += " " + name
	}
	// Secrets go before the text is cut, or the cut would leave half of one.
	if text := shown(t.redact(string(body))); text != "" {
		what += ": " + text
	}
	retry = code/100 == 5 || code == http.StatusRequestTimeout || code == http.StatusTooManyRequests || code/100 == 1
	after := time.Duration(0)
	if retry {
		after = t.retryAfter(res.Header.Get("Retry-After"))
		if after == 0 && code == http.StatusTooManyRequests {
			after = unasked
		}
	}
	return retry, t.fault(what, nil, after)
}

// retryAfter reads the header in both of its forms (RFC 9110, 10.2.3).
func (t *Target) retryAfter(value string) time.Duration {
	if n, err := strconv.Atoi(strings.TrimSpace(value)); err == nil {
		return Seconds(n)
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(at.Sub(t.clock()), 0)
	}
	return 0
}

// Seconds is a wait that a receiver asked for. The dispatcher bounds it again;
// this keeps it from overflowing.
func Seconds(n int) time.Duration {
	return time.Duration(min(max(n, 0), 365*24*3600)) * time.Second
}

// fault makes an error out of what happened. The client's own errors begin with
// the whole address; the receiver's answer may repeat what it was sent.
func (t *Target) fault(what string, err error, after time.Duration) error {
	text := t.host + " " + what
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	if err != nil {
		text += ": " + err.Error()
	}
	return &Error{t.redact(text), after}
}

func (t *Target) redact(text string) string {
	for _, secret := range t.secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "<secret>")
		}
	}
	return text
}

// shown makes an answer fit to be kept: one line of letters, cut short.
func shown(answer string) string {
	text := strings.Join(strings.FieldsFunc(strings.ToValidUTF8(answer, ""), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	if runes := []rune(text); len(runes) > maxShown {
		text = string(runes[:maxShown]) + "…"
	}
	return text
}
