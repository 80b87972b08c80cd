/// Who does what next in the demo's cases, who helps, what was promised; and the templates of its replies.
extension DemoScenes {
    private static let lead = "ines@thirdline.example"

    /// What is added to the cases that the story left open.
    static let coordination = [templates, paymentsArranged, spikesArranged]

    private static let templates = DemoScene(
        after: 0,
        steps: [
            DemoStep(
                0, lead, "macro.add",
                [
                    "name": "Ask for a request ID",
                    "text":
                        "Hello {{customer.first_name}},\n\nto find your request among all others we need the request ID of one that failed. It stands in the answer’s header X-Request-Id.\n\n{{me.name}}, {{organisation.name}}",
                    "status": "waiting_on_customer", "next_action": "Read the trace of the request ID",
                    "next_action_hours": "24",
                ]),
            DemoStep(
                0, marta, "macro.add",
                [
                    "name": "We own it now",
                    "text":
                        "Thank you, {{customer.first_name}}. I own {{case.number}} now and read it first. You hear from me by the time above.",
                ]),
        ])

    /// The 0.3 % of card payments.
    private static let paymentsArranged = DemoScene(
        after: 0,
        steps: [
            DemoStep(
                0, marta, "case.add_specialist",
                [
                    "id": "TL-10", "person": ravi,
                    "contribution": "Knows the signing code since release 4.18", "coordinates": "true",
                ]),
            DemoStep(
                0, marta, "case.add_specialist",
                ["person": jonas, "contribution": "Compares refused with accepted captures"]),
            DemoStep(
                0, jonas, "case.recommend_severity",
                ["severity": "sev1", "reason": "Money of guests is held and nothing releases it"]),
            DemoStep(
                0, marta, "case.schedule_call",
                [
                    "topic": "Which payments can be tried again",
                    "join_link": "https://meet.example/halden-10",
                    "attendees": "Daniel Roth\nAino Virtanen\nMarta Lindqvist",
                ], minutesAgo: ["starts_at": -150]),
            DemoStep(
                0, marta, "case.set_next_action",
                ["text": "Send the packet with both traces to Payments Core", "owner": marta],
                minutesAgo: ["due_at": -90]),
            DemoStep(0, marta, "case.promise_update", [:], minutesAgo: ["next_update_at": -120]),
            DemoStep(0, lead, "case.watch", [:]),
        ])

    /// The pauses of the search, which wait for engineering.
    private static let spikesArranged = DemoScene(
        after: 0,
        steps: [
            DemoStep(
                0, jonas, "case.set_next_action",
                ["id": "TL-4", "text": "Ask Ravi for the date of the partial update", "owner": jonas],
                minutesAgo: ["due_at": -600])
        ])
}
