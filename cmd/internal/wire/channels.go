package wire

import (
	"cmp"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"policywatch/configs"
	"policywatch/crawler/fetch"
	"policywatch/notify"
	"policywatch/notify/chat"
	"policywatch/notify/file"
	"policywatch/notify/mail"
	"policywatch/notify/report"
	"policywatch/notify/webhook"
	"policywatch/store/record"
)

// channels are the configured channels by name.
type channels struct {
	senders map[string]notify.Sender
	langs   map[string]string
	rates   map[string]notify.Rate
}

func newChannels(cfg configs.Config) (channels, error) {
	client := guarded(cfg.Crawl)
	out := channels{senders: map[string]notify.Sender{}, langs: map[string]string{}, rates: map[string]notify.Rate{}}
	for _, ch := range cfg.Notify.Channels {
		s, err := newSender(ch, cfg, client)
		if err != nil {
			return channels{}, &UsageError{fmt.Errorf("channel %s: %w", ch.Name, err)}
		}
		out.senders[ch.Name] = s
		if ch.Lang != "" {
			out.langs[ch.Name] = ch.Lang
		}
		out.rates[ch.Name] = notify.Rate(ch.Rate)
	}
	return out, nil
}

func newSender(ch configs.Channel, cfg configs.Config, client *http.Client) (notify.Sender, error) {
	switch ch.Kind {
	case "mail":
		return mail.New(mail.Options{Host: ch.SMTP.Host, Port: ch.SMTP.Port, TLS: mail.TLS(ch.SMTP.TLS), User: ch.SMTP.User,
			Password: ch.SMTP.Password.Reveal(), From: ch.From, To: ch.To, Unsubscribe: ch.Unsubscribe})
	case "webhook":
		return webhook.New(webhook.Options{URL: ch.URL.Reveal(), Secret: ch.Secret.Reveal(), Previous: ch.PreviousSecret.Reveal(), Client: client})
	case "chat":
		return chat.New(chat.Options{Service: chat.Service(ch.Service), URL: ch.URL.Reveal(), ChatID: ch.ChatID, Token: ch.Secret.Reveal(), Client: client})
	case "file":
		return file.New(file.Options{Path: ch.Path, Compose: composer(ch)})
	case "atom":
		return file.NewFeed(file.FeedOptions{Path: ch.Path, Name: ch.Name, Title: "policywatch: " + ch.Name, Lang: cmp.Or(ch.Lang, cfg.Notify.Lang),
			URL: ch.URL.Reveal(), Authority: authority(ch.URL.Reveal(), cfg.Web.BaseURL)})
	}
	return nil, fmt.Errorf("there are no channels of kind %q", ch.Kind)
}

// guarded is the client for what is posted: it obeys the same address guard as
// the crawler, so that a webhook's name that comes to lead into the private
// network brings nobody there.
func guarded(c configs.Crawl) *http.Client {
	return &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{
		Proxy:               nil, // it would dial in our place, unguarded
		DialContext:         fetch.Guarded(networks(c.AllowAddresses)),
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: 10 * time.Second,
		ForceAttemptHTTP2:   true,
		IdleConnTimeout:     30 * time.Second,
		MaxIdleConnsPerHost: 1,
	}}
}

// authority is the host in the identities of a feed: that of the first address
// given.
func authority(addresses ...string) string {
	for _, a := range addresses {
		if u, err := url.Parse(a); err == nil && u.Hostname() != "" {
			return u.Hostname()
		}
	}
	return ""
}

// composer builds the .eml files of a folder with the addresses that its entry
// gives, or with plain ones that no mail program refuses.
func composer(ch configs.Channel) func(report.Message) ([]byte, error) {
	from, to := ch.From, ch.To
	if from == "" {
		from = "policywatch <policywatch@localhost>"
	}
	if len(to) == 0 {
		to = []string{"readers@localhost"}
	}
	return func(m report.Message) ([]byte, error) { return mail.Compose(from, to, m) }
}

// newRouter turns the configuration's routes into the router's. A route that
// says neither severity nor events takes changes of some weight, sites that fail
// or recover, and outages: what a person would expect who wrote only a channel's
// name.
func newRouter(n configs.Notify) (*notify.Router, error) {
	var routes []notify.Route
	for i, r := range n.Routes {
		zone, err := location(r.Zone, n.Zone)
		if err != nil {
			return nil, err
		}
		out := notify.Route{Name: r.Name, Channels: r.Channels, MinSeverity: r.MinSeverity, Labels: r.Labels, Events: r.Events,
			Sites: r.Sites, Profiles: r.Profiles, Digest: digest(r, zone), Quiet: quiet(r.Quiet, zone)}
		if out.Name == "" {
			out.Name = fmt.Sprint(i + 1)
		}
		if out.MinSeverity == "" && len(out.Events) == 0 {
			others := out
			others.Events = []record.EventType{record.EventFailing, record.EventRecovered, record.EventOutage}
			out.MinSeverity = record.SeverityMinor
			routes = append(routes, out, others)
			continue
		}
		routes = append(routes, out)
	}
	router := notify.NewRouter(routes)
	router.Quiet = make(map[string]notify.Quiet)
	for _, ch := range n.Channels {
		zone, err := location(ch.Zone, n.Zone)
		if err != nil {
			return nil, err
		}
		router.Quiet[ch.Name] = quiet(ch.Quiet, zone)
	}
	return router, nil
}

// location is the first zone that is named.
func location(names ...string) (*time.Location, error) {
	for _, name := range names {
		if name != "" {
			return configs.Location(name)
		}
	}
	return configs.Location("")
}

// defaultDigestHour is when a day's digest is made where no hour is given: early
// enough to be there when an office opens.
const defaultDigestHour = 8 * time.Hour

func digest(r configs.Route, zone *time.Location) notify.Digest {
	if r.Digest == "" || r.Digest == "none" {
		return notify.Digest{}
	}
	d := notify.Digest{Every: notify.Period(r.Digest), At: defaultDigestHour, Weekday: r.Weekday.Day(), Zone: zone}
	if r.At != nil {
		d.At = time.Duration(*r.At)
	}
	return d
}

func quiet(q configs.Quiet, zone *time.Location) notify.Quiet {
	out := notify.Quiet{From: time.Duration(q.Hours.From), To: time.Duration(q.Hours.To), Pass: q.Pass, Zone: zone}
	for _, d := range q.Days {
		out.Days = append(out.Days, d.Day())
	}
	return out
}
