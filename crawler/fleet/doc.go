// Package fleet spreads visits over machines with NATS JetStream. A Coordinator
// puts orders into a queue and waits for reports; Workers take orders, have their
// crawler make the visit, and report what it saw. What a report means, whether it
// becomes a version, and who is told is decided elsewhere: the package knows no
// archive, no schedule and no channel.
//
// What holds the fleet together lies in NATS, so that every process may be killed:
//
//   - NAME_visits, a work queue with one subject a host that takes one order a
//     subject: no host is visited twice at a time, whoever asks. An order stays
//     until its report is kept; that of a worker that died is delivered again.
//   - NAME_reports, one message a visit. It waits while the coordinator is down and
//     goes when the archive has it.
//   - NAME_turns, one message for each host that somebody asks just now, with the time
//     that it is good for: the pace of requests to a host holds across workers, and a
//     worker that is cut off from NATS begins no request (see SCALE.md, The pace).
//   - NAME_bodies, an object store for reports beyond the message limit.
//   - NAME_members, the heartbeats of workers and coordinator.
//
// A visit is known by what the archive knew of its site before it. So a coordinator
// that was killed asks for the same visit again and finds the report that waits, and
// the second of two reports of one visit means nothing.
package fleet
