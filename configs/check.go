package configs

import (
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"policywatch/store/record"
)

// resolve fills in what the file only refers to: secrets and relative paths.
func (c *Config) resolve(dir string, env func(string) (string, bool), v *validator) {
	abs := func(p *string) {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(dir, *p)
		}
	}
	secret := func(key string, s *Secret) {
		r, err := s.resolve(env)
		if err != nil {
			v.bad(key, "%v", err)
			return
		}
		*s = r
	}
	abs(&c.Store.Path)
	abs(&c.Schedule.Heartbeat)
	abs(&c.Notify.Templates)
	for i := range c.Lists {
		abs(&c.Lists[i])
	}
	for i := range c.Notify.Channels {
		ch := &c.Notify.Channels[i]
		key := fmt.Sprintf("notify.channels[%d]", i)
		abs(&ch.Path)
		secret(key+".url", &ch.URL)
		secret(key+".secret", &ch.Secret)
		secret(key+".previous_secret", &ch.PreviousSecret)
		secret(key+".smtp.password", &ch.SMTP.Password)
	}
	secret("schedule.heartbeat_url", &c.Schedule.HeartbeatURL)
	secret("web.auth.password", &c.Web.Auth.Password)
	secret("fleet.password", &c.Fleet.Password)
	secret("fleet.token", &c.Fleet.Token)
	for _, p := range []*string{&c.Fleet.Path, &c.Fleet.Credentials, &c.Fleet.TLS.CA, &c.Fleet.TLS.Cert, &c.Fleet.TLS.Key} {
		abs(p)
	}
}

// check validates everything that needs no network.
func (c *Config) check(v *validator) {
	c.Crawl.check(v)
	if c.Store.Path == "" {
		v.bad("store.path", "is empty; name the archive's file, as policywatch.db")
	}
	c.Schedule.check(v)
	for i := range c.Sites {
		s := &c.Sites[i]
		key := fmt.Sprintf("sites[%d]", i)
		d, err := Domain(s.Domain)
		if err != nil {
			v.bad(key+".domain", "%v", err)
		}
		s.Domain = d
		if s.URL != "" {
			checkURL(v, key+".url", s.URL, "http", "https")
		}
		if s.Every < 0 {
			v.bad(key+".every", "%s is not a time between visits; write it as 12h", s.Every)
		}
		if s.Every != 0 && !s.Cron.IsZero() {
			v.bad(key+".cron", "stands beside every; write one of them")
		}
		checkZone(v, key+".zone", s.Zone)
	}
	c.Notify.check(v)
	c.Web.check(v)
	c.Fleet.check(v)
}

func (s *Schedule) check(v *validator) {
	if !s.Cron.IsZero() {
		if v.has("schedule.every") {
			v.bad("schedule.cron", "stands beside every; write one of them")
		}
		s.Every = 0 // the default
	} else if s.Every <= 0 {
		v.bad("schedule.every", "%s is not a time between visits; write it as 12h", s.Every)
	}
	if s.Jitter > 50 {
		v.bad("schedule.jitter", "%g%% is more than half of the time between visits", float64(s.Jitter))
	}
	if s.FailNoticeAfter < 1 {
		v.bad("schedule.fail_notice_after", "%d is too few; 1 tells the first failure", s.FailNoticeAfter)
	}
	if s.RemindEvery < 0 {
		v.bad("schedule.remind_every", "%s is negative; 0s never reminds", s.RemindEvery)
	}
	if s.Drain < 0 {
		v.bad("schedule.drain", "%s is negative", s.Drain)
	}
	checkZone(v, "schedule.zone", s.Zone)
	if s.HeartbeatURL != "" {
		checkURL(v, "schedule.heartbeat_url", s.HeartbeatURL.Reveal(), "https", "http")
	}
	if s.HeartbeatMethod != "get" && s.HeartbeatMethod != "post" {
		v.bad("schedule.heartbeat_method", "%q is neither get nor post", s.HeartbeatMethod)
	}
}

func checkZone(v *validator, key, zone string) {
	if _, err := time.LoadLocation(zone); err != nil {
		v.bad(key, "%q is not a time zone; write it as Asia/Tehran", zone)
	}
}

func (c *Crawl) check(v *validator) {
	if c.Concurrency < 1 || c.Concurrency > 4096 {
		v.bad("crawl.concurrency", "%d is not between 1 and 4096", c.Concurrency)
	}
	if c.PerHostInterval < 0 {
		v.bad("crawl.per_host_interval", "%s is negative", c.PerHostInterval)
	}
	if c.Timeout <= 0 {
		v.bad("crawl.timeout", "%s is no time at all; write it as 30s", c.Timeout)
	}
	if c.ConfirmAfter < 0 {
		v.bad("crawl.confirm_after", "%s is negative", c.ConfirmAfter)
	}
	if c.MaxBody < 1<<10 {
		v.bad("crawl.max_body", "%d bytes hold no page; write it as 20MiB", c.MaxBody)
	}
	if c.Scheme != "http" && c.Scheme != "https" {
		v.bad("crawl.scheme", "%q is neither http nor https", c.Scheme)
	}
	if c.Contact != "" {
		checkURL(v, "crawl.contact", c.Contact, "mailto", "http", "https")
	}
	switch b := c.Browser; {
	case b == "auto", b == "off", filepath.IsAbs(b):
	case strings.Contains(b, "://"):
		checkURL(v, "crawl.browser", b, "ws", "wss", "http", "https")
	default:
		v.bad("crawl.browser", "%q is not auto, off, an absolute path of Chromium or a ws:// address", b)
	}
}

// checkURL does not print the value: a webhook's address is often its secret.
func checkURL(v *validator, key, value string, schemes ...string) {
	u, err := url.Parse(value)
	switch {
	case err != nil || !slices.Contains(schemes, u.Scheme):
		v.bad(key, "is not an address that begins with %s", strings.Join(schemes, ": or ")+":")
	case u.Scheme != "mailto" && u.Host == "":
		v.bad(key, "names no host")
	}
}

// Record converts the entry to the noun that the rest of the program uses.
func (s Site) Record() record.Site {
	return record.Site{Domain: s.Domain, Name: s.Name, URL: s.URL, Profile: s.Profile, Select: s.Select,
		Remove: s.Remove, Every: time.Duration(s.Every), Labels: s.Labels}
}
