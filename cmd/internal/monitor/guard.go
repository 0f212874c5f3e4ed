package monitor

import (
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"

	"policywatch/store/record"
)

// guard runs f and turns a panic of it into the site's fault: one page that the
// program trips over must end neither a daemon nor a scan. The log gets the
// stack. The value of a panic that is not the run time's own may hold anything,
// a page's text or a secret, and is told by its type only.
func guard(log *slog.Logger, site record.Site, f func()) (fault *record.Fault) {
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		fault = &record.Fault{Kind: record.FaultPanicked, Detail: fmt.Sprintf("the visit panicked with a %T", r)}
		if e, ok := r.(runtime.Error); ok {
			fault.Detail = "the visit panicked: " + e.Error()
		}
		log.Error("a visit panicked", "site", site.Domain, "detail", fault.Detail, "stack", string(debug.Stack()))
	}()
	f()
	return nil
}
