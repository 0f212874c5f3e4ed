package configs

import (
	"time"

	"policywatch/store/record"
)

// Config is the whole configuration file. Every key has a default (see
// Default); an unknown key is an error.
type Config struct {
	Store    Store    `yaml:"store"`
	Crawl    Crawl    `yaml:"crawl"`
	Schedule Schedule `yaml:"schedule"`
	Sites    []Site   `yaml:"sites"`
	// Lists are files of domains, plain or CSV (see ReadList).
	Lists  []string `yaml:"lists"`
	Notify Notify   `yaml:"notify"`
	Web    Web      `yaml:"web"`
	Fleet  Fleet    `yaml:"fleet"`
}

// Store says where the archive lies.
type Store struct {
	Path string `yaml:"path"`
	// KeepBodies is how long the bytes that servers sent are kept; empty means for
	// ever. Texts, versions and digests always are.
	KeepBodies Age `yaml:"keep_bodies"`
}

// Crawl rules fetching.
type Crawl struct {
	// Contact goes into the User-Agent, so that a webmaster can complain.
	Contact         string   `yaml:"contact"`
	Concurrency     int      `yaml:"concurrency"`
	PerHostInterval Duration `yaml:"per_host_interval"`
	Timeout         Duration `yaml:"timeout"`
	MaxBody         Size     `yaml:"max_body"`
	Robots          bool     `yaml:"robots"`
	// Scheme is tried first for a bare domain: "https" or "http".
	Scheme string `yaml:"scheme"`
	// Browser opens the pages that are built by script: "auto" for a Chromium
	// found in PATH, "off", a path of Chromium, or the ws:// or http:// address
	// of the debugging port of a remote one. The address guard does not reach
	// into a browser on another machine: its network must do without private
	// addresses.
	Browser string `yaml:"browser"`
	// ConfirmAfter is the least time between a suspicious capture and the later
	// visit that confirms it.
	ConfirmAfter Duration `yaml:"confirm_after"`
	// AllowAddresses are networks that the address guard lets through.
	AllowAddresses []Network `yaml:"allow_addresses"`
}

// Schedule rules how often the daemon visits.
type Schedule struct {
	// Every is the time between visits. Cron, instead of it, is when they are due by
	// the clock of Zone.
	Every Duration `yaml:"every"`
	Cron  Cron     `yaml:"cron"`
	// Jitter is how far a visit may lie from its exact time, as a share of the time
	// between visits.
	Jitter          Percent `yaml:"jitter"`
	FailNoticeAfter int     `yaml:"fail_notice_after"`
	// RemindEvery is the least time between two notices that a site still fails;
	// 0s never reminds.
	RemindEvery Duration `yaml:"remind_every"`
	// Windows are when visits may begin; none means at any time. Zone is the time
	// zone that they are meant in, an IANA name; empty means the machine's.
	Windows []Window `yaml:"windows"`
	Zone    string   `yaml:"zone"`
	// Drain is how long running visits may take to end when the daemon is stopped.
	Drain Duration `yaml:"drain"`
	// Heartbeat is a file that the daemon writes every minute while all is well.
	Heartbeat string `yaml:"heartbeat"`
	// HeartbeatURL is asked then, by HeartbeatMethod: "get", or "post" to send what
	// the file would hold. The address guard of Crawl holds for it.
	HeartbeatURL    Secret `yaml:"heartbeat_url"`
	HeartbeatMethod string `yaml:"heartbeat_method"`
}

// Site is one site of the configuration file.
type Site struct {
	Domain  string   `yaml:"domain"`
	Name    string   `yaml:"name"`
	URL     string   `yaml:"url"`
	Profile string   `yaml:"profile"`
	Select  string   `yaml:"select"`
	Remove  []string `yaml:"remove"`
	// Every and Cron, one of the two, override both of the schedule's, and Windows and
	// Zone their namesakes.
	Every   Duration `yaml:"every"`
	Cron    Cron     `yaml:"cron"`
	Windows []Window `yaml:"windows"`
	Zone    string   `yaml:"zone"`
	Labels  []string `yaml:"labels"`
}

// Notify says whom to tell what.
type Notify struct {
	// Lang is the language of messages: en, fa or ar.
	Lang string `yaml:"lang"`
	// Zone is the time zone of digests and quiet hours, an IANA name; empty means
	// the machine's.
	Zone string `yaml:"zone"`
	// Templates is a folder of templates that take the place of the built-in ones of
	// mail, chat and feed; empty means none. `config sample --templates DIR` makes it.
	Templates string    `yaml:"templates"`
	Channels  []Channel `yaml:"channels"`
	Routes    []Route   `yaml:"routes"`
}

// Channel is one way to reach people or programs. Which keys it needs depends
// on Kind.
type Channel struct {
	Name string `yaml:"name"`
	// Kind is "mail", "webhook", "file", "atom" or "chat".
	Kind string   `yaml:"kind"`
	To   []string `yaml:"to"`
	From string   `yaml:"from"`
	SMTP SMTP     `yaml:"smtp"`
	// Unsubscribe is where readers of a mail ask to be left out, as
	// mailto:you@example.org; mail programs show it as a button.
	Unsubscribe string `yaml:"unsubscribe"`
	// URL is where a webhook or a chat message is posted. For a feed it is the
	// address at which readers find it, which may be left out.
	URL Secret `yaml:"url"`
	// Secret signs webhooks, and is the access token for Matrix; PreviousSecret signs
	// webhooks too while receivers change over from it.
	Secret         Secret `yaml:"secret"`
	PreviousSecret Secret `yaml:"previous_secret"`
	// Service is whose words a chat understands: "webhook" (Slack, Mattermost,
	// Rocket.Chat), "bot" (Telegram, Bale), "teams" or "matrix". Empty means a bot
	// where the address is a bot's, else a webhook.
	Service string `yaml:"service"`
	// ChatID is the conversation that a bot writes to, or the ID of a Matrix room;
	// other chats have it in their address.
	ChatID string `yaml:"chat_id"`
	// Path is a folder, or the file of a feed.
	Path string `yaml:"path"`
	// Lang and Zone override those of Notify for this channel.
	Lang string `yaml:"lang"`
	Zone string `yaml:"zone"`
	// Quiet is when the channel is left in peace, Rate how many messages it takes.
	Quiet Quiet `yaml:"quiet"`
	Rate  Rate  `yaml:"rate"`
}

// Quiet are hours and days without messages; what comes waits for their end.
type Quiet struct {
	Hours Hours     `yaml:"hours"`
	Days  []Weekday `yaml:"days"`
	// Pass is the least severity that is told all the same; empty means none.
	Pass record.Severity `yaml:"pass"`
}

// SMTP is a mail server.
type SMTP struct {
	Host string `yaml:"host"`
	Port int    `yaml:"port"`
	// TLS is "starttls" (the default), "implicit" or "none".
	TLS      string `yaml:"tls"`
	User     string `yaml:"user"`
	Password Secret `yaml:"password"`
}

// Route sends events to channels. An event takes every route that it fits.
type Route struct {
	// Name is what messages call the route; empty means its number.
	Name        string             `yaml:"name"`
	Channels    []string           `yaml:"channels"`
	MinSeverity record.Severity    `yaml:"min_severity"`
	Labels      []string           `yaml:"labels"`
	Events      []record.EventType `yaml:"events"`
	// Sites are patterns of domains, such as *.gov.ir; Profiles ids of legal
	// profiles.
	Sites    []string `yaml:"sites"`
	Profiles []string `yaml:"profiles"`
	// Digest is "none", "hourly", "daily" or "weekly"; what has gathered is told by
	// the daemon, or by the first scan after its hour.
	Digest string `yaml:"digest"`
	// At is the time of day of a daily or weekly digest (08:00), Weekday the day
	// of a weekly one (mon).
	At      *Clock  `yaml:"at"`
	Weekday Weekday `yaml:"weekday"`
	Quiet   Quiet   `yaml:"quiet"`
	// Zone overrides Notify.Zone for the route's digest and quiet hours.
	Zone string `yaml:"zone"`
}

// Web is the dashboard of the daemon.
type Web struct {
	// Listen is the address that the daemon serves on; empty means that there is no
	// dashboard. One that others can reach needs Auth.
	Listen string `yaml:"listen"`
	// BaseURL is where people reach the dashboard, as behind a proxy.
	BaseURL string `yaml:"base_url"`
	Auth    Auth   `yaml:"auth"`
}

// Auth protects the dashboard; empty means none.
type Auth struct {
	User     string `yaml:"user"`
	Password Secret `yaml:"password"`
}

// Default is the configuration with no file: what every key is when it is not
// written.
func Default() Config {
	return Config{
		Store: Store{Path: "policywatch.db"},
		Crawl: Crawl{
			Concurrency:     64,
			PerHostInterval: Duration(time.Second),
			Timeout:         Duration(30 * time.Second),
			MaxBody:         20 << 20,
			Robots:          true,
			Scheme:          "https",
			Browser:         "auto",
			ConfirmAfter:    Duration(10 * time.Minute),
		},
		Schedule: Schedule{Every: Duration(12 * time.Hour), Jitter: 10, FailNoticeAfter: 3, RemindEvery: Duration(7 * 24 * time.Hour), Drain: Duration(30 * time.Second), HeartbeatMethod: "get"},
		Notify:   Notify{Lang: "en"},
		Web:      Web{Listen: "127.0.0.1:8080"},
		Fleet:    Fleet{Name: "policywatch", Listen: "127.0.0.1:4222", InFlight: 512, RedeliverAfter: Duration(30 * time.Second)},
	}
}
