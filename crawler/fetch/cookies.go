package fetch

import "net/http"

// cookies gives every visit a jar of its own. colly shares one jar among all
// clones and keeps it for ever, which would carry a session from one visit into
// the next and make two captures of a page differ; so colly's is off.
type cookies struct{ next http.RoundTripper }

func (c *cookies) RoundTrip(req *http.Request) (*http.Response, error) {
	v, _ := req.Context().Value(visitKey{}).(*visit)
	if v == nil {
		return c.next.RoundTrip(req)
	}
	out := req
	if jar := v.cookieJar(false); jar != nil {
		if set := jar.Cookies(req.URL); len(set) > 0 {
			out = req.Clone(req.Context())
			for _, k := range set {
				out.AddCookie(k)
			}
		}
	}
	res, err := c.next.RoundTrip(out)
	if err != nil {
		return nil, err
	}
	if out != req {
		// The client builds the next redirect on this request; it must not
		// find our Cookie header there and take it to another host.
		res.Request = req
	}
	if set := res.Cookies(); len(set) > 0 {
		v.cookieJar(true).SetCookies(req.URL, set)
	}
	return res, nil
}
