package wire

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"runtime"
	"time"

	"policywatch/cmd/internal/reprocess"
	"policywatch/crawler/extract"
	"policywatch/crawler/pdf"
	"policywatch/store/record"
)

// Reprocess builds what reads the archive's versions again. A site is read as it
// is configured today, or as it was when it is no longer configured.
func (a *App) Reprocess(ctx context.Context, again bool) (*reprocess.Runner, error) {
	rows, err := a.Store.Sites(ctx)
	if err != nil {
		return nil, err
	}
	sites := map[string]record.Site{}
	for _, r := range rows {
		sites[r.Site.Domain] = r.Site
	}
	for _, s := range a.Tools.sites {
		sites[s.Domain] = s
	}
	lexicons, err := json.Marshal(a.lexicons)
	if err != nil {
		return nil, err
	}
	data := sha256.Sum256(lexicons)
	return &reprocess.Runner{
		Archive: a.Store, Read: a.Desk, Sections: a.Sections, Profile: a.Profile, Clock: time.Now, Again: again,
		Workers: 2 * runtime.GOMAXPROCS(0), // while some wait for the disk, others read
		Site:    func(domain string) record.Site { return sites[domain] },
		By: func(s record.Site, p record.Profile) string {
			// A profile is plain data, which always encodes.
			law, _ := json.Marshal(p)
			sum := sha256.Sum256(fmt.Appendf(data[:], "%s\x00%s", law, s.Selectors()))
			return fmt.Sprintf("policywatch %s, %s, %s, data %x", a.version, extract.Version, pdf.Version, sum[:6])
		},
	}, nil
}
