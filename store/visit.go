package store

import (
	"fmt"

	"policywatch/store/record"
)

// checkVisit refuses a visit that contradicts itself.
func checkVisit(v *record.Visit) error {
	domain := v.Site.Domain
	if err := checkDomain(domain); err != nil {
		return err
	}
	if y := v.At.Year(); y < 1970 || y > 2261 {
		return fmt.Errorf("its time is %v", v.At)
	}
	if v.Past.Site != "" && v.Past.Site != domain {
		return fmt.Errorf("the past is that of %s", v.Past.Site)
	}
	if v.Fault != nil && v.Fault.Kind == record.FaultCancelled {
		return fmt.Errorf("it was cancelled, and cancelled work is not kept")
	}
	if n := v.Version; n != nil {
		if n.Site != "" && n.Site != domain {
			return fmt.Errorf("the version is one of %s", n.Site)
		}
		if n.Number < 1 || uint64(n.Number) > 1<<32-1 {
			return fmt.Errorf("the version's number is %d", n.Number)
		}
		if v.Past.Version != n.Number {
			return fmt.Errorf("the past says version %d where the visit makes version %d", v.Past.Version, n.Number)
		}
		if y := n.At.Year(); y < 1970 || y > 2261 {
			return fmt.Errorf("the version's time is %v", n.At)
		}
	}
	return nil
}
