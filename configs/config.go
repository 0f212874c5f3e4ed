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
}

// Store says where the archive lies.
type Store struct {
	Path string `yaml:"path"`
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
	Every Duration `yaml:"every"`
	// Jitter is how far a visit may lie from its exact time, as a share of Every.
	Jitter          Percent `yaml:"jitter"`
	FailNoticeAfter int     `yaml:"fail_notice_after"`
	// Windows are when visits may begin; none means at any time. Zone is the time
	// zone that they are meant in, an IANA name; empty means the machine's.
	Windows []Window `yaml:"windows"`
	Zone    string   `yaml:"zone"`
	// Drain is how long running visits may take to end when the daemon is stopped.
	Drain Duration `yaml:"drain"`
	// Heartbeat is a file that the daemon writes every minute while all is well.
	Heartbeat string `yaml:"heartbeat"`
}

// Site is one site of the configuration file.
type Site struct {
	Domain  string   `yaml:"domain"`
	Name    string   `yaml:"name"`
	URL     string   `yaml:"url"`
	Profile string   `yaml:"profile"`
	Select  string   `yaml:"select"`
	Remove  []string `yaml:"remove"`
	Every   Duration `yaml:"every"`
	// Windows and Zone override those of the schedule.
	Windows []Window `yaml:"windows"`
	Zone    string   `yaml:"zone"`
	Labels  []string `yaml:"labels"`
}

// Notify says whom to tell what.
type Notify struct {
	// Lang is the language of messages: en, fa or ar.
	Lang     string    `yaml:"lang"`
	Channels []Channel `yaml:"channels"`
	Routes   []Route   `yaml:"routes"`
}

// Channel is one way to reach people or programs. Which keys it needs depends
// on Kind.
type Channel struct {
	Name string `yaml:"name"`
	// Kind is "mail", "webhook", "file" or "chat".
	Kind   string   `yaml:"kind"`
	To     []string `yaml:"to"`
	From   string   `yaml:"from"`
	SMTP   SMTP     `yaml:"smtp"`
	URL    Secret   `yaml:"url"`
	Secret Secret   `yaml:"secret"`
	Path   string   `yaml:"path"`
	// Lang overrides Notify.Lang for this channel.
	Lang string `yaml:"lang"`
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
	Channels    []string           `yaml:"channels"`
	MinSeverity record.Severity    `yaml:"min_severity"`
	Labels      []string           `yaml:"labels"`
	Events      []record.EventType `yaml:"events"`
	// Digest is "none"; hourly, daily and weekly need the daemon.
	Digest string `yaml:"digest"`
}

// Web is the dashboard of the daemon.
type Web struct {
	Listen  string `yaml:"listen"`
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
		Schedule: Schedule{Every: Duration(12 * time.Hour), Jitter: 10, FailNoticeAfter: 3, Drain: Duration(30 * time.Second)},
		Notify:   Notify{Lang: "en"},
		Web:      Web{Listen: "127.0.0.1:8080"},
	}
}
