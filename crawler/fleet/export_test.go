package fleet

import "context"

// Meet looks around among the members, as every few seconds.
func (c *Coordinator) Meet(ctx context.Context) {
	all, err := c.known(ctx)
	if err != nil {
		panic(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.members = all
}
