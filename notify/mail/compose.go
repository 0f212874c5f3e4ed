package mail

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/mail"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"policywatch/notify/report"
)

// Compose builds the mail of m as it goes over the wire: RFC 5322 with CRLF
// line ends, the text and the HTML as alternatives. The same arguments give the
// same bytes, so that a second delivery is recognised for what it is.
func Compose(from string, to []string, m report.Message) ([]byte, error) {
	f, err := address(from)
	if err != nil {
		return nil, fmt.Errorf("compose mail %s: sender: %w", m.ID, err)
	}
	var rcpts []*mail.Address
	for _, t := range to {
		a, err := address(t)
		if err != nil {
			return nil, fmt.Errorf("compose mail %s: recipient: %w", m.ID, err)
		}
		rcpts = append(rcpts, a)
	}
	return compose(f, rcpts, "", m)
}

func compose(from *mail.Address, to []*mail.Address, unsubscribe string, m report.Message) ([]byte, error) {
	// Letters beyond ASCII take six octets each in quoted-printable, fewer than
	// three in base64; Latin text stays readable in the first.
	encoding := gomail.EncodingQP
	if m.Dir == "rtl" {
		encoding = gomail.EncodingB64
	}
	sum := sha256.Sum256([]byte(m.ID))
	msg := gomail.NewMsg(gomail.WithCharset(gomail.CharsetUTF8), gomail.WithEncoding(encoding),
		gomail.WithBoundary("alternative_"+hex.EncodeToString(sum[:12])), gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(from)
	msg.ToMailAddress(to...)
	msg.Subject(short(oneLine(m.Subject), maxLine))
	msg.SetMessageIDWithValue(messageID(m.ID, from.Address))
	msg.SetDateWithValue(m.Event.At.UTC())
	msg.SetGenHeader("Content-Language", short(oneLine(m.Lang), 35))
	// What is told of one site hangs together: every mail refers to a first one that
	// was never sent, so that no mail that is missing breaks the thread (RFC 5322,
	// 3.6.4).
	if m.Event.Site != "" {
		root := sha256.Sum256([]byte(m.Event.Site))
		msg.SetGenHeader("References", "<"+messageID("site_"+hex.EncodeToString(root[:12]), from.Address)+">")
	}
	// RFC 2919: mail programs sort by it.
	_, domain, _ := strings.Cut(from.Address, "@")
	msg.SetGenHeader("List-Id", "policywatch <policywatch."+oneLine(domain)+">")
	if unsubscribe != "" { // RFC 2369
		msg.SetGenHeader("List-Unsubscribe", "<"+unsubscribe+">")
	}
	// RFC 3834: no holiday notice should answer.
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader("X-Mailer", "policywatch")
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	var b bytes.Buffer
	if _, err := msg.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("compose mail %s: %w", m.ID, err)
	}
	return b.Bytes(), nil
}

// messageID makes the alert's ID into a Message-ID of the sender's domain.
func messageID(id, from string) string {
	_, domain, _ := strings.Cut(from, "@")
	plain := func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.", r) {
			return r
		}
		return '-'
	}
	return short(strings.Map(plain, id), 200) + "@" + short(strings.Map(plain, domain), 255)
}

// maxLine bounds a word of the header, in letters: a word cannot be folded, and a
// line has at most 998 octets (RFC 5322, 2.1.1). Texts that are not ASCII are cut
// into words when they are encoded.
const maxLine = 900

func short(s string, letters int) string {
	for i := range s {
		if letters--; letters < 0 {
			return s[:i]
		}
	}
	return s
}

// oneLine makes it impossible for a value to begin a header of its own.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}
