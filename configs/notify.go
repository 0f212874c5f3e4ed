package configs

import (
	"fmt"
	"net/mail"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"policywatch/store/record"
)

func (n *Notify) check(v *validator) {
	checkZone(v, "notify.zone", n.Zone)
	names := make([]string, 0, len(n.Channels))
	for i, ch := range n.Channels {
		key := fmt.Sprintf("notify.channels[%d]", i)
		if ch.Name == "" || slices.Contains(names, ch.Name) {
			v.bad(key+".name", "%q is empty or taken by another channel", ch.Name)
		}
		names = append(names, ch.Name)
		ch.check(v, key)
	}
	paths := make(map[string]string)
	for i, ch := range n.Channels {
		if other := paths[ch.Path]; ch.Kind == "atom" && ch.Path != "" {
			if other != "" {
				v.bad(fmt.Sprintf("notify.channels[%d].path", i), "channel %s writes its feed there; give each feed a file of its own", other)
			}
			paths[ch.Path] = ch.Name
		}
	}
	for i, r := range n.Routes {
		key := fmt.Sprintf("notify.routes[%d]", i)
		r.check(v, key, names)
		for _, ch := range n.Channels {
			// Each by itself is checked where it stands. In two zones their hours shift
			// against each other with the seasons; that is let pass.
			together := slices.Contains(r.Channels, ch.Name) && !r.Quiet.always() && !ch.Quiet.always() && first(r.Zone, n.Zone) == first(ch.Zone, n.Zone)
			if together && r.Quiet.always(ch.Quiet) {
				v.bad(key+".quiet", "together with the quiet of channel %s it leaves no minute of the week in which anything could be told", ch.Name)
			}
		}
	}
}

func first(zones ...string) string {
	for _, z := range zones {
		if z != "" {
			return z
		}
	}
	return ""
}

// always reports whether the quiets, one or the other, last the whole week.
func (q Quiet) always(others ...Quiet) bool {
	const day = 24 * 60
	var quiet [7 * day]bool
	for _, q := range append(others, q) {
		from, to := int(time.Duration(q.Hours.From)/time.Minute), int(time.Duration(q.Hours.To)/time.Minute)
		for i := range quiet {
			at := i % day
			within := from < to && at >= from && at < to || from > to && (at >= from || at < to)
			if within || slices.ContainsFunc(q.Days, func(d Weekday) bool { return int(d.Day()) == i/day }) {
				quiet[i] = true
			}
		}
	}
	return !slices.Contains(quiet[:], false)
}

func (r *Route) check(v *validator, key string, channels []string) {
	if len(r.Channels) == 0 {
		v.bad(key+".channels", "names no channel")
	}
	for i, name := range r.Channels {
		checkAmong(v, fmt.Sprintf("%s.channels[%d]", key, i), "channel", name, channels)
	}
	checkSeverity(v, key+".min_severity", r.MinSeverity)
	var events []string
	for _, t := range record.EventTypes() {
		events = append(events, string(t))
	}
	for i, t := range r.Events {
		checkAmong(v, fmt.Sprintf("%s.events[%d]", key, i), "event", string(t), events)
	}
	for i, pattern := range r.Sites {
		if _, err := path.Match(pattern, ""); err != nil || pattern == "" {
			v.bad(fmt.Sprintf("%s.sites[%d]", key, i), "%q is not a pattern of domains; write it as *.gov.ir", pattern)
		}
	}
	if len(r.Profiles) > 0 {
		var known []string
		if profiles, err := Profiles(Data()); err == nil {
			for _, p := range profiles {
				known = append(known, p.ID)
			}
		}
		for i, p := range r.Profiles {
			checkAmong(v, fmt.Sprintf("%s.profiles[%d]", key, i), "profile", p, known)
		}
	}
	switch r.Digest {
	case "", "none", "hourly", "daily", "weekly":
	default:
		v.bad(key+".digest", "%q is not none, hourly, daily or weekly", r.Digest)
	}
	if r.At != nil && r.Digest != "daily" && r.Digest != "weekly" {
		v.bad(key+".at", "only a daily or weekly digest has an hour; write digest: daily, or take the hour out")
	}
	if r.Weekday != "" && r.Digest != "weekly" {
		v.bad(key+".weekday", "only a weekly digest has a day; write digest: weekly, or take the day out")
	}
	r.Quiet.check(v, key+".quiet")
	checkZone(v, key+".zone", r.Zone)
}

func (q *Quiet) check(v *validator, key string) {
	checkSeverity(v, key+".pass", q.Pass)
	if q.always() {
		v.bad(key+".days", "leaves no day on which anything could be told")
	}
	if q.Pass != "" && q.Hours == (Hours{}) && len(q.Days) == 0 {
		v.bad(key+".pass", "there is nothing to pass; give hours, as 22:00-07:00, or days")
	}
}

func (ch *Channel) check(v *validator, key string) {
	ch.Quiet.check(v, key+".quiet")
	checkZone(v, key+".zone", ch.Zone)
	switch ch.Kind {
	case "mail":
		ch.checkMail(v, key)
	case "webhook":
		checkURL(v, key+".url", ch.URL.Reveal(), "http", "https")
		if ch.PreviousSecret != "" && ch.Secret == "" {
			v.bad(key+".previous_secret", "there is no secret that follows it; write the new one as secret")
		}
	case "chat":
		ch.checkChat(v, key)
	case "file", "atom":
		if ch.Path == "" {
			v.bad(key+".path", "is empty; name a %s", map[string]string{"file": "folder", "atom": "file, as feed.xml"}[ch.Kind])
		}
		if ch.Kind == "atom" && ch.URL != "" {
			checkURL(v, key+".url", ch.URL.Reveal(), "http", "https")
		}
	default:
		v.bad(key+".kind", "%q is not mail, webhook, file, atom or chat", ch.Kind)
	}
}

func (ch *Channel) checkChat(v *validator, key string) {
	checkURL(v, key+".url", ch.URL.Reveal(), "http", "https")
	bot := false
	if u, err := url.Parse(ch.URL.Reveal()); err == nil {
		bot = strings.HasPrefix(u.Path, "/bot")
	}
	switch ch.Service {
	case "matrix":
		if !strings.HasPrefix(ch.ChatID, "!") {
			v.bad(key+".chat_id", "%q is not the ID of a Matrix room; write it as \"!abc:example.org\", which the room's settings show under Advanced", ch.ChatID)
		}
		if ch.Secret == "" {
			v.bad(key+".secret", "is empty; give the access token of the account that writes, as ${MATRIX_TOKEN}")
		}
		return
	case "", "bot":
		if (bot || ch.Service == "bot") && ch.ChatID == "" {
			v.bad(key+".chat_id", "is empty; name the conversation that the bot writes to, as \"-1001234567890\" or \"@name\"")
		}
		if ch.Service == "bot" && !bot {
			v.bad(key+".url", "is not a bot's, which goes on with /bot and its token")
		}
	case "webhook", "teams":
		bot = false
	default:
		v.bad(key+".service", "%q is not webhook, bot, teams or matrix", ch.Service)
		return
	}
	if !bot && ch.ChatID != "" && ch.Service != "bot" {
		v.bad(key+".chat_id", "is for bots, whose address goes on with /bot and a token, and for service: matrix; leave it out")
	}
	if ch.Secret != "" {
		v.bad(key+".secret", "is for webhooks and for service: matrix; a chat's secret is its address, so leave it out")
	}
}

func (ch *Channel) checkMail(v *validator, key string) {
	if len(ch.To) == 0 {
		v.bad(key+".to", "names no recipient")
	}
	for i, to := range ch.To {
		if _, err := mail.ParseAddress(to); err != nil {
			v.bad(fmt.Sprintf("%s.to[%d]", key, i), "%q is not a mail address", to)
		}
	}
	if _, err := mail.ParseAddress(ch.From); err != nil {
		v.bad(key+".from", "%q is not a mail address", ch.From)
	}
	if ch.Unsubscribe != "" {
		checkURL(v, key+".unsubscribe", ch.Unsubscribe, "mailto", "https")
	}
	if ch.SMTP.Host == "" {
		v.bad(key+".smtp.host", "is empty; name the mail server")
	}
	if !slices.Contains([]string{"", "starttls", "implicit", "none"}, ch.SMTP.TLS) {
		v.bad(key+".smtp.tls", "%q is not starttls, implicit or none", ch.SMTP.TLS)
	}
}

func checkSeverity(v *validator, key string, s record.Severity) {
	if s != "" && s.Rank() < 0 {
		v.bad(key, "%q is not one of %v", s, record.Severities())
	}
}

// checkAmong refuses a name that is not known, and proposes the nearest.
func checkAmong(v *validator, key, what, name string, known []string) {
	if slices.Contains(known, name) {
		return
	}
	msg := fmt.Sprintf("there is no %s %q", what, name)
	if near := nearest(name, known); near != "" {
		msg += fmt.Sprintf("; did you mean %q?", near)
	} else if what != "channel" {
		msg += "; known are " + strings.Join(known, ", ")
	}
	v.bad(key, "%s", msg)
}

// Location is the time zone of an IANA name; the machine's for an empty one.
func Location(name string) (*time.Location, error) {
	if name == "" {
		return time.Local, nil
	}
	return time.LoadLocation(name)
}
