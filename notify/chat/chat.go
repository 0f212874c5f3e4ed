// Package chat posts the short form of messages to a room: to the incoming
// webhooks of Slack, Mattermost, Rocket.Chat and what follows them, to the
// workflows of Teams, through the bots of Telegram and Bale, and to rooms of
// Matrix.
//
// It knows one address and one room. The address holds the token, or a token
// stands beside it; both count as secret.
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

// Service is whose words a room understands.
type Service string

// The services. The empty one is told by the options: a bot where ChatID is set,
// else a webhook.
const (
	Webhook Service = "webhook" // Slack, Mattermost, Rocket.Chat and what follows them
	Bot     Service = "bot"     // Telegram, Bale
	Teams   Service = "teams"
	Matrix  Service = "matrix"
)

// Options configure a Sender.
type Options struct {
	Service Service
	// URL is the address of an incoming webhook or of a workflow of Teams; that of a
	// bot up to its token: https://api.telegram.org/bot<token>,
	// https://tapi.bale.ai/bot<token>; or that of a Matrix server.
	URL string `json:"-"`
	// ChatID is the conversation that a bot writes to, a number or @name, or the ID
	// of a Matrix room, as !abc:example.org.
	ChatID string
	// Token is who we are at a Matrix server.
	Token string `json:"-"`
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
	if o.Service == "" {
		o.Service = Webhook
		if o.ChatID != "" {
			o.Service = Bot
		}
	}
	address := o.URL
	switch o.Service {
	case Webhook, Teams:
	case Bot:
		u, err := url.Parse(o.URL)
		if err != nil || !strings.HasPrefix(u.Path, "/bot") || o.ChatID == "" {
			return nil, fmt.Errorf("chat at %s: the address of a bot goes on with /bot and its token, and chat_id names the conversation", post.Host(o.URL))
		}
		// Both forms of the address are in use: with the method and without.
		u.Path = strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), "/sendMessage") + "/sendMessage"
		u.RawPath = ""
		address = u.String()
	case Matrix:
		if !strings.HasPrefix(o.ChatID, "!") || o.Token == "" {
			return nil, fmt.Errorf("chat at %s: Matrix needs the ID of a room, as !abc:example.org, and an access token", post.Host(o.URL))
		}
	default:
		return nil, fmt.Errorf("chat at %s: %q is none of %s, %s, %s, %s", post.Host(o.URL), o.Service, Webhook, Bot, Teams, Matrix)
	}
	target, err := post.New(post.Options{URL: address, Secrets: []string{o.URL, o.Token}, Client: o.Client, Timeout: o.Timeout, Clock: o.Clock})
	if err != nil {
		return nil, fmt.Errorf("chat: %w", err)
	}
	return &Sender{o, target}, nil
}

// Format writes the sender as its options.
func (s *Sender) Format(f fmt.State, verb rune) { s.o.Format(f, verb) }

// LogValue implements slog.LogValuer.
func (s *Sender) LogValue() slog.Value { return s.o.LogValue() }

// Send posts the message's short form. Of the services only Matrix knows an ID by
// which a repeated message could be told: in the others one whose answer is lost
// may appear twice, and says by its own ID that it is the same.
func (s *Sender) Send(ctx context.Context, m report.Message) (retry bool, err error) {
	text := fit(strings.TrimSpace(m.Short))
	var body any
	var read post.Reader
	switch s.o.Service {
	case Bot:
		// The page's own preview would be taller than the message.
		body, read = map[string]any{"text": text, "chat_id": s.o.ChatID, "disable_web_page_preview": true}, bot
	case Teams:
		body, read = card(text, m.Dir == "rtl"), workflow
	case Matrix:
		// A notice calls nobody by itself; the empty mentions say that a name or
		// @room in a statement is not one either.
		body, read = map[string]any{"msgtype": "m.notice", "body": text, "m.mentions": struct{}{}}, matrix
	default:
		body, read = map[string]any{"text": escape.Replace(text)}, room
	}
	b, err := json.Marshal(body)
	if err != nil {
		return false, fmt.Errorf("write the message for %s: %w", post.Host(s.o.URL), err)
	}
	if s.o.Service == Matrix {
		path := "/_matrix/client/v3/rooms/" + url.PathEscape(s.o.ChatID) + "/send/m.room.message/" + url.PathEscape(m.ID)
		return s.target.Put(ctx, path, http.Header{"Authorization": {"Bearer " + s.o.Token}}, b, read)
	}
	return s.target.Post(ctx, nil, b, read)
}

// escape keeps what a statement says from being read as markup: in Slack's
// format <!channel> would call everybody, <http://a|b> hide an address; in
// Mattermost's @all is enough, and ![](http://a) loads a picture from there.
var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "](", "]\u200b(", "@all", "@\u200ball", "@channel", "@\u200bchannel",
	"@here", "@\u200bhere", "@everyone", "@\u200beveryone")
