// Package chat posts the short form of messages to a room: to the incoming
// webhooks of Slack, Mattermost, Rocket.Chat and what follows them, or through
// the bots of Telegram and Bale.
//
// It knows one address and one room. The address holds the token and counts as
// secret.
package chat

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"policywatch/notify/post"
	"policywatch/notify/report"
)

// Options configure a Sender.
type Options struct {
	// URL is the address of an incoming webhook, or that of a bot up to its token:
	// https://api.telegram.org/bot<token>, https://tapi.bale.ai/bot<token>.
	URL string `json:"-"`
	// ChatID is the conversation that a bot writes to: a number or @name. It is
	// what makes the sender speak to a bot.
	ChatID string
	// Client, Timeout and Clock are as in post.Options.
	Client  *http.Client `json:"-"`
	Timeout time.Duration
	Clock   func() time.Time `json:"-"`
}

// Format writes where the options lead and nothing else, whatever the verb.
func (o Options) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "chat at %s", post.Host(o.URL))
	if o.ChatID != "" {
		fmt.Fprintf(f, ", room %s", o.ChatID)
	}
}

// LogValue keeps a JSON log from taking the options apart.
func (o Options) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(o)) }

// Sender writes to one room. It is safe for concurrent use.
type Sender struct {
	o      Options
	target *post.Target
}

// New checks the options and returns a sender. It connects to nobody.
func New(o Options) (*Sender, error) {
	address := o.URL
	if o.ChatID != "" {
		u, err := url.Parse(o.URL)
		if err != nil || !strings.HasPrefix(u.Path, "/bot") {
			return nil, fmt.Errorf("chat at %s: the address of a bot goes on with /bot and its token", post.Host(o.URL))
		}
		// Both forms of the address are in use: with the method and without.
		u.Path = strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), "/sendMessage") + "/sendMessage"
		u.RawPath = ""
		address = u.String()
	}
	target, err := post.New(post.Options{URL: address, Secrets: []string{o.URL}, Client: o.Client, Timeout: o.Timeout, Clock: o.Clock})
	if err != nil {
		return nil, fmt.Errorf("chat: %w", err)
	}
	return &Sender{o, target}, nil
}

// Format writes the sender as its options.
func (s *Sender) Format(f fmt.State, verb rune) { s.o.Format(f, verb) }

// LogValue implements slog.LogValuer.
func (s *Sender) LogValue() slog.Value { return s.o.LogValue() }

// maxText is what Telegram takes in one message, in UTF-16 code units; the
// others take more.
const maxText = 4096

// Send posts the message's short form. Chats know no IDs by which a repeated
// message could be told, so one whose answer is lost may appear twice.
func (s *Sender) Send(ctx context.Context, m report.Message) (retry bool, err error) {
	text := fit(strings.TrimSpace(m.Short))
	body := map[string]any{"text": text}
	read := room
	if s.o.ChatID != "" {
		// The page's own preview would be taller than the message.
		body["chat_id"], body["disable_web_page_preview"] = s.o.ChatID, true
		read = bot
	} else {
		body["text"] = escape.Replace(text)
	}
	b, err := json.Marshal(body)
	if err != nil {
		return false, fmt.Errorf("write the message for %s: %w", post.Host(s.o.URL), err)
	}
	return s.target.Post(ctx, nil, b, read)
}

// escape keeps what a statement says from being read as markup: in Slack's
// format <!channel> would call everybody, <http://a|b> hide an address, and in
// Mattermost's @all is enough.
var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "@all", "@\u200ball", "@channel", "@\u200bchannel",
	"@here", "@\u200bhere", "@everyone", "@\u200beveryone")

// fit cuts a text to what every service takes.
func fit(text string) string {
	units := 0
	for i, r := range text {
		n := 1
		if r > 0xffff {
			n = 2
		}
		if units+n > maxText-1 {
			return text[:i] + "…"
		}
		units += n
	}
	return text
}

// room reads the answer of an incoming webhook. Slack says no with a status; some
// of those that follow it say {"ok":false} or {"success":false} under 200.
func room(code int, body []byte) (post.Verdict, bool) {
	if code/100 != 2 {
		return post.Verdict{}, false
	}
	var a struct {
		OK      *bool  `json:"ok"`
		Success *bool  `json:"success"`
		Error   string `json:"error"`
	}
	if json.Unmarshal(body, &a) != nil || a.OK == nil && a.Success == nil {
		return post.Verdict{}, false
	}
	if a.OK != nil && *a.OK || a.Success != nil && *a.Success {
		return post.Verdict{}, true
	}
	return post.Verdict{Problem: "no: " + a.Error, Retry: strings.Contains(a.Error, "rate") || strings.Contains(a.Error, "internal")}, true
}

// bot reads the answer of a bot, which says itself whether it took the message
// and how long to wait: Telegram Bot API, "Making requests".
func bot(code int, body []byte) (post.Verdict, bool) {
	var a struct {
		OK          *bool  `json:"ok"`
		Code        int    `json:"error_code"`
		Description string `json:"description"`
		Parameters  struct {
			RetryAfter int   `json:"retry_after"`
			MigratedTo int64 `json:"migrate_to_chat_id"`
		} `json:"parameters"`
	}
	if json.Unmarshal(body, &a) != nil || a.OK == nil {
		if code/100 == 2 { // a proxy's page, not the bot's word
			return post.Verdict{Problem: fmt.Sprintf("%d without a verdict on the message", code), Retry: true}, true
		}
		return post.Verdict{}, false
	}
	if *a.OK {
		return post.Verdict{}, true
	}
	if a.Code == 0 {
		a.Code = code
	}
	v := post.Verdict{Problem: fmt.Sprintf("%d %s", a.Code, a.Description), After: post.Seconds(a.Parameters.RetryAfter)}
	v.Retry = a.Code/100 == 5 || a.Code == http.StatusTooManyRequests || v.After > 0
	if v.Retry && v.After == 0 && a.Code == http.StatusTooManyRequests {
		v.After = time.Minute
	}
	if a.Parameters.MigratedTo != 0 {
		v.Problem += fmt.Sprintf("; write chat_id: \"%d\"", a.Parameters.MigratedTo)
	}
	return v, true
}
