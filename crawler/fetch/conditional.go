package fetch

import (
	"net/http"

	"policywatch/store/record"
)

// setConditions makes a request conditional on what an earlier visit saw
// (RFC 9110, section 13), or asks every cache to stand aside.
func setConditions(h http.Header, r record.Request) {
	if r.Fresh {
		h["Cache-Control"] = []string{"no-cache"}
		h["Pragma"] = []string{"no-cache"}
	}
	if r.ETag != "" {
		h["If-None-Match"] = []string{r.ETag}
	}
	if r.LastModified != "" {
		h["If-Modified-Since"] = []string{r.LastModified}
	}
}

// dropConditions removes the validators from a redirected request. They belong
// to the address that was asked; servers that number their tags from one would
// say "not modified" of a page that we have never seen.
func dropConditions(h http.Header) {
	h.Del("If-None-Match")
	h.Del("If-Modified-Since")
}
