package web

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"time"

	"policywatch/store/record"
)

// downloadFor is how long a download may take: the largest body over a slow line
// takes longer than a page may.
const downloadFor = 15 * time.Minute

// snapshot hands out the bytes that a server sent, as a download only: they are
// evidence and may be anything. A download that broke off can be gone on with.
func (d *dashboard) snapshot(w http.ResponseWriter, r *http.Request) error {
	domain, digest := r.PathValue("domain"), r.PathValue("digest")
	s, err := d.Reader.SnapshotOf(r.Context(), domain, digest)
	if gone := (*record.DroppedBody)(nil); errors.As(err, &gone) {
		v := d.voice(r)
		return refusal{http.StatusGone, v.say("web.evidence.dropped", phrase(v.day(gone.At)), gone.Policy)}
	}
	if err != nil {
		return err
	}
	// Where the server sets no limit, as in a test, there is none to move.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(downloadFor))
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", `attachment; filename="`+filename(domain, digest)+`"`)
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'")
	h.Set("Cache-Control", "private, max-age=86400, immutable") // the address holds the digest
	h.Set("X-Sha256", digest)
	h.Set("ETag", `"`+digest+`"`)
	http.ServeContent(w, r, "", s.At, bytes.NewReader(s.Body))
	return nil
}

// filename makes a name that is safe on any system.
func filename(domain, digest string) string {
	safe := strings.Map(func(r rune) rune {
		if r == '.' || r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' {
			return r
		}
		return '_'
	}, domain+"-"+digest[:min(12, len(digest))])
	return strings.TrimLeft(safe, ".") + ".bin"
}
