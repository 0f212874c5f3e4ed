package configs

import (
	"fmt"
	"path"
	"regexp"
	"time"
)

// Fleet spreads visits over machines. The daemon that it is set for coordinates;
// workers read the same keys.
type Fleet struct {
	// URL is where coordinator and workers meet: the addresses of NATS servers with
	// JetStream, separated by commas, or "embedded" for one in the daemon, where it
	// was built with one. Empty means that the daemon makes its visits itself.
	URL string `yaml:"url"`
	// Name keeps fleets apart that share servers.
	Name string `yaml:"name"`
	// Listen is the address of the embedded server, Path its folder; an empty Path
	// is the archive's with .fleet after it.
	Listen string `yaml:"listen"`
	Path   string `yaml:"path"`
	// User and Password, Token, or Credentials, a .creds file, are shown to the
	// servers; the embedded one asks for the first two.
	User        string   `yaml:"user"`
	Password    Secret   `yaml:"password"`
	Token       Secret   `yaml:"token"`
	Credentials string   `yaml:"credentials"`
	TLS         FleetTLS `yaml:"tls"`
	// Insecure allows servers on other machines without TLS or without credentials.
	Insecure bool `yaml:"insecure"`
	// InFlight is how many visits are queued and made at a time in the whole fleet.
	InFlight int `yaml:"in_flight"`
	// RedeliverAfter is how long a worker may be silent before another makes its visits.
	RedeliverAfter Duration `yaml:"redeliver_after"`
	// SecondVantage is asked when a statement is not there; empty asks nobody.
	SecondVantage string `yaml:"second_vantage"`
	// Vantages say which sites must be looked at from where.
	Vantages []Vantage `yaml:"vantages"`
}

// FleetTLS names files: certificates to trust beside the system's, and the
// certificate and key of a client, or of the embedded server.
type FleetTLS struct {
	CA   string `yaml:"ca"`
	Cert string `yaml:"cert"`
	Key  string `yaml:"key"`
}

// Vantage is a place to look from, as in `worker --vantage NAME`.
type Vantage struct {
	Name string `yaml:"name"`
	// Sites are patterns of domains, such as *.gov.ir.
	Sites []string `yaml:"sites"`
}

var vantageName = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)

func (f *Fleet) check(v *validator) {
	name := func(key, s string) {
		if !vantageName.MatchString(s) || s == "any" {
			v.bad(key, "%q is not a name of up to 32 of a-z, 0-9 and -", s)
		}
	}
	name("fleet.name", f.Name)
	if f.SecondVantage != "" {
		name("fleet.second_vantage", f.SecondVantage)
	}
	for i, x := range f.Vantages {
		key := fmt.Sprintf("fleet.vantages[%d]", i)
		name(key+".name", x.Name)
		for _, p := range x.Sites {
			if _, err := path.Match(p, ""); err != nil || p == "" {
				v.bad(key+".sites", "%q is not a pattern of domains, such as *.gov.ir", p)
			}
		}
	}
	if f.InFlight < 1 || f.InFlight > 65536 {
		v.bad("fleet.in_flight", "%d is not between 1 and 65536", f.InFlight)
	}
	if f.RedeliverAfter < Duration(time.Second) {
		v.bad("fleet.redeliver_after", "%s is too short for a worker to be heard of; write it as 30s", f.RedeliverAfter)
	}
	if f.User != "" && f.Password.Reveal() == "" {
		v.bad("fleet.user", "has no password")
	}
}

// Vantage is where a site must be looked at from; empty is anywhere.
func (f *Fleet) Vantage(domain string) string {
	for _, x := range f.Vantages {
		for _, p := range x.Sites {
			if ok, err := path.Match(p, domain); ok && err == nil {
				return x.Name
			}
		}
	}
	return ""
}
