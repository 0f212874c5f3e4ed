package wire

import (
	"policywatch/configs"
	"policywatch/store/record"
)

// Pick returns the configured sites that the arguments name, all of them when
// there are no arguments. A site that is not configured is taken as it is.
func (t *Tools) Pick(args []string) ([]record.Site, error) {
	if len(args) == 0 {
		return t.sites, nil
	}
	known := make(map[string]record.Site, len(t.sites))
	for _, s := range t.sites {
		known[s.Domain] = s
	}
	out := make([]record.Site, 0, len(args))
	for _, arg := range args {
		d, err := configs.Domain(arg)
		if err != nil {
			return nil, &UsageError{err}
		}
		s, ok := known[d]
		if !ok {
			s = record.Site{Domain: d}
		}
		out = append(out, s)
	}
	return out, nil
}
