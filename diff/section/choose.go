package section

import (
	"strings"

	"policywatch/store/record"
)

// DefaultProfile is the id of the profile used where no suffix fits.
const DefaultProfile = "core"

// Choose returns the profile for a domain: the one with the longest suffix
// that the domain ends in, else DefaultProfile, else the zero Profile. The
// domain may carry a port; case does not matter.
func Choose(profiles []record.Profile, domain string) record.Profile {
	host := strings.ToLower(strings.TrimSuffix(domain, "."))
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	host = "." + strings.TrimSuffix(host, ".")
	var best record.Profile
	longest := -1
	for _, p := range profiles {
		if p.ID == DefaultProfile && longest < 0 {
			best = p
		}
		for _, s := range p.Suffixes {
			if len(s) > longest && strings.HasSuffix(host, s) {
				best, longest = p, len(s)
			}
		}
	}
	return best
}
