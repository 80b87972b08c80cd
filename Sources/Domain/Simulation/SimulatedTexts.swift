extension SimulatedProduct {
    /// The names that every text may use beside the rules.
    package static let given: Set<String> = [
        "service", "code", "exception", "things", "action", "release", "call", "cause", "domain", "first",
        "engineer", "share", "count", "version", "region", "day", "clock", "customer",
    ]

    /// What is said in cases.
    ///
    /// What colleagues write among themselves shares no eight words in a row with what customers read: a reply that
    /// repeats a note is held back.
    package static let texts = Grammar([
        // MARK: What customers report
        "subject.incident": [
            "{Things} fail with {code}", "{share} % of {things} fail", "{code} since {day}",
            "{call} answers {status}", "Cannot {action} since {day}",
            "{things}: {code} after release {release}",
            "{Things} stopped at {clock}", "[{region}] {things} fail", "Intermittent {status} on {call}",
            "{exception} when we {action}", "{things} are lost now and then",
        ],
        "subject.slow": [
            "{Things} are slow", "{call} takes {seconds} seconds", "Very slow since {day}: {things}",
            "It takes {minutes} minutes to {action}", "Latency of {service} doubled since {release}",
        ],
        "subject.question": [
            "How do we {action} from a script?", "Is there a limit for {things}?", "What does {code} mean?",
            "Can {things} be filtered by region?", "Documentation of {call}",
            "Plans for {things} in {region}?",
        ],
        "subject.access": [
            "New colleague cannot {action}", "Please raise our limit for {things}",
            "No access to {call} in staging",
            "Account locked: {first}", "Rights of our administrators after {release}",
        ],
        "Things": [
            "API calls and {things}", "Our {things}", "All {things}", "Some {things}", "Many {things}",
        ],
        "status": ["500", "502", "503", "504", "422", "409", "429", "403", "404"],
        "seconds": ["{#1}", "{#2}", "{#2}.{#1}"],
        "minutes": ["{#1}", "{#2}"],
        "symptom.incident": [
            "{report} {detail}\n\n{proof}", "{report}\n\n{proof}\n\n{effect}",
            "{greeting}\n\n{report} {effect}\n\n{proof}",
            "{report} {detail} {effect}", "{greeting}\n\n{report} {detail}\n\n{thanks}",
        ],
        "symptom.slow": [
            "{call} took {#3} ms until {day}, and takes {#4} ms now. {detail}\n\n{proof}",
            "{greeting}\n\nSince {day} it takes us {minutes} minutes to {action}; usual are {#2} seconds. {effect}",
            "Our dashboard shows p95 of {things} at {#4} ms. {effect} {detail}",
        ],
        "symptom.question": [
            "{greeting}\n\nWe would like to {action} every night. What do you recommend, and is there a limit?\n\n{thanks}",
            "We see {code} in the answer of {call} now and then. Is that an error, or do we have to try again?",
            "Is it planned that {things} can be used in {region} too? Our auditors ask.",
            "The documentation of {call} says nothing about {things}. What is the order of the results?\n\n{thanks}",
        ],
        "symptom.access": [
            "{greeting}\n\n{first} joined our team on {day} and cannot {action}: {code}.\n\n{thanks}",
            "We reach the limit of {count} a minute on {call}. Please raise it for our tenant.",
            "Since {release} our administrators no longer see {things}. Did the rights change?",
        ],
        "greeting": [
            "Hello,", "Hi team,", "Good morning,", "Dear support,", "Hallo zusammen,", "Bonjour,", "Hola,",
            "お世話になっております。", "Dzień dobry,", "Guten Tag,", "Olá,",
        ],
        "thanks": [
            "Thank you!", "Thanks, {first}", "Kind regards\n{first}", "Regards", "Viele Grüße\n{first}",
            "Merci d’avance",
        ],
        "report": [
            "Since {clock} UTC {call} answers {status} for about {share} % of our requests.",
            "When we {action}, the page stays empty and the console shows {exception}.",
            "Our {things} stop at {clock} every day and go on a few minutes later.",
            "{share} of 1,000 {things} are missing since {day}; trying again helps sometimes.",
            "After your release {release} we can no longer {action}.",
            "We get {code} in {region} only; the same call works from our other site.",
            "Nothing changed on our side, but {things} fail since {day}.",
        ],
        "detail": [
            "It began on {day} at {clock} UTC.", "Staging works, production does not.",
            "We use SDK {version}.", "A second try works in about half of the cases.",
            "Request ID of one: req-{hex8}-{hex4}.", "Only accounts made after {day} are concerned.",
            "We restarted everything on our side, twice.", "Our network team sees resets from {address}.",
            "It happens more often at the full hour.", "Old clients with {version} are not concerned.",
        ],
        "address": ["10.{#2}.{#2}.{#1}", "172.16.{#1}.{#2}", "2001:db8:{hex4}::{hex2}"],
        "effect": [
            "About {count} people cannot work.", "We have {count} orders waiting.",
            "Our night run is late by {#1} hours.",
            "There is a way around, but it costs us two hours a day.", "Guests are queueing at the desk.",
            "It is no drama yet, but the month ends on Friday.",
            "We have to answer our regulator by tomorrow.",
        ],
        "proof": ["{log}", "{stack}", "{curl}", "The answer is:\n\n{json}", "From our log:\n\n{log}\n{log}"],
        "stamp": ["{day}T{clock}:{second}.{#3}Z"],
        "second": ["0{#1}", "1{#1}", "2{#1}", "3{#1}", "4{#1}"],
        "log": [
            "{stamp} ERROR [{service}] {code} request_id=req-{hex8} after {#4} ms",
            "{stamp} WARN  {service}-{#1} retry {#1}/5 {call} status={status} trace={hex16}",
            "{stamp} error {exception} host={service}-{#1} tenant=t-{#4}",
            "level=error ts={stamp} svc={service} msg=\"{code}\" dur={#4}ms id={hex12}",
        ],
        "stack": [
            "{exception}\n    at com.thirdparty.{service}.Handler.process(Handler.java:{#3})\n    at com.thirdparty.{service}.Pool.lease(Pool.java:{#2})\n    at java.base/java.lang.Thread.run(Thread.java:1583)",
            "Traceback (most recent call last):\n  File \"/srv/{service}/worker.py\", line {#3}, in run\n    self.step(item)\n  File \"/srv/{service}/step.py\", line {#2}, in step\n{exception}",
            "{exception}\n    at load (https://app.{domain}/assets/main.{hex8}.js:1:{#5})\n    at render (https://app.{domain}/assets/main.{hex8}.js:1:{#5})",
        ],
        "curl": [
            "$ curl -si https://api.{domain}{path}\nHTTP/2 {status}\nx-request-id: req-{hex12}\nretry-after: {#2}",
            "curl -X POST https://api.{domain}{path} -H 'Idempotency-Key: {hex8}-{hex4}'\n{json}",
        ],
        "path": [
            "/v2/orders/{#6}", "/v2/captures", "/v3/search?q=a&page={#2}", "/v2/exports/{hex8}",
            "/oauth/token",
        ],
        "json": [
            "{\"type\":\"about:blank\",\"status\":{status},\"code\":\"{code}\",\"request_id\":\"req-{hex8}\"}",
            "{\"error\":\"{code}\",\"detail\":\"{service} did not answer\",\"trace\":\"{hex16}\"}",
        ],
        // MARK: What support answers
        "reply.first": [
            "Hello {first}, thank you for the report. I own this now and look at the log of {service} first.",
            "Hi {first}, I have taken this over. I can see the answers {status} on our side, so you need not collect more of them.",
            "Good day {first}, my name is {engineer}. I compare your requests with those of another tenant now.",
            "Hello {first}, I have started on it. You will hear from me before the end of the day, with or without news.",
        ],
        "reply.ask": [
            "Hello {first}, to find your requests I need two or three request IDs with their times, and the version of your client. Can you send them?",
            "Thank you, {first}. Which of your sites shows it, and since when? A log extract of ten minutes around one failure would help most.",
            "{first}, does it also happen in a private window, and with another account? That tells us on which side to look.",
            "Could you tell us what changed on your side shortly before {day}: releases, certificates, network?",
        ],
        "reply.update": [
            "{news} {next.step}", "Hello {first}, {next.step}", "{news} {promise}",
            "{news} {next.step} {promise}",
        ],
        "news": [
            "We can reproduce what you describe with {call} in our test environment.",
            "No news that helps you yet: the first suspicion turned out wrong.",
            "The colleagues who build {service} have it in hand, as {defect}.",
            "We see fewer failures since {clock}, and keep watching before we call it better.",
            "Of the {count} requests that we looked at so far, {share} % failed in the way that you describe.",
            "Your request IDs helped: all of them reached {service} and were answered {status}.",
            "Two other customers see the same since {day}, so it is not your integration.",
            "Release {release} went to the last hosts in {region} today; we count again tonight.",
        ],
        "next.step": [
            "next we look at what {service} does in that moment.",
            "We now compare requests that fail with requests that do not.",
            "Tomorrow we replay {#3} of them against the release before.",
            "I asked for the trace of {clock} and read it tonight.",
            "Could you run it once more at {clock} UTC, while we watch?", "How does it look from your side?",
        ],
        "promise": [
            "I write again as promised.", "I stay your contact and write again tomorrow.",
            "You hear from me either way.",
        ],
        "reply.workaround": [
            "Until it is mended: {workaround} That takes nothing away from what is stored, and can be undone at any time.",
            "There is a way around that works today. {workaround} Please tell me if that does not help.",
        ],
        "workaround": [
            "leave out the last page of the list and ask for it again a minute later.",
            "use the second address, api-b.{domain}; it runs without the change.",
            "send at most {#2} requests at once, with a pause of a second after {code}.",
            "clear the browser’s cache once after signing in.",
            "switch the new client off in the settings of your tenant.",
        ],
        "reply.answer": [
            "Hello {first}, yes: {call} takes a filter, and results come in the order of their making. The limit is {count} an hour; write to us before you need more.",
            "{code} only says that the same request was seen before. You need not do anything; the first answer counts.",
            "Hello {first}, the right for that is “{right}”. I have shown your administrator where it is given, and the new colleague can sign in now.",
            "That is not planned for this year. I noted your wish with the product team, with your reasons.",
            "The limit of your tenant is raised to {count} a minute from now on. Please tell us if you get {code} again.",
        ],
        "right": ["Manage exports", "Read events", "Administer users", "Write orders"],
        "reply.remind": [
            "Hello {first}, did you get my question? Without the request IDs I cannot find your requests among the others.",
            "{first}, a short reminder: two request IDs are enough. If it no longer happens, tell me and I close this.",
        ],
        "summary.fixed": [
            "It works again since release {release2}. We watched {count} requests since then, and none failed.",
            "What was wrong is mended and on all hosts since {clock}. You need not change anything on your side.",
            "Corrected with {defect}. Requests that failed can be sent again; none was carried out twice.",
        ],
        "summary.setting": [
            "The setting that made trouble is corrected. We tried it together, and it works.",
            "With the new certificate in place everything goes through again.",
            "After the change in your network the connections stay open; thank you for the quick help.",
        ],
        "summary.silent": [
            "We did not hear from you for a while and close this. Answer here, and it is open again."
        ],
        "summary.gone": [
            "We could not see it again, neither did you. Should it come back, a request ID of that moment helps most."
        ],
        "summary.answer": [
            "The answer stands above; it is in the documentation too from today.",
            "Answered; nothing was broken.",
        ],
        "release2": ["{release}.1", "{release}.2", "{release}-hotfix"],
        "defect": ["ENG-{#4}"],
        // MARK: What customers answer
        "answer": [
            "Here they are: req-{hex8}, req-{hex8}, both of {clock} UTC. We use SDK {version}.\n\n{log}",
            "Only our site in {region}. The extract is below.\n\n{log}\n{log}\n{log}",
            "Yes, also in a private window.\n\n{curl}",
            "Nothing changed but the certificate of our proxy, on {day}.",
            "We tried it with another account: the same.\n\n{stack}",
            "It is worse today: {share} % now. {effect}",
            "Thanks, the way around works for us. How long will it take?",
            "Any news? Our managers ask every hour.",
        ],
        "answer.thanks": [
            "Perfect, it works again. Thank you for the quick help!",
            "Confirmed, no failure since this morning.",
            "Works. Danke!", "ありがとうございます。問題なく動いています。", "Merci, c’est bon.",
        ],
        "survey.high": [
            "Quick, clear, and solved at the first try.", "Thank you, {engineer} knew at once where to look.",
            "Good updates all the way.", "It took a day, but we always knew why.",
        ],
        "survey.low": [
            "We waited for days without an update.", "I had to explain the same thing three times.",
            "It is still slow on some of our sites.", "The workaround was more work than the problem.",
        ],
        "survey.finding": [
            "Two hand-overs, and nobody told the customer who has it now.",
            "The first answer asked for what the report said already.",
            "The cause was known from another case; nobody linked them.",
        ],
        "survey.action": [
            "Told the customer what happened and who has it from now on.",
            "Talked it through in the team; the reply template asks for less.",
            "Linked the cases and told both customers.",
        ],
        "review.comment": [
            "Could have been taken over at any moment. Thank you.",
            "The evidence is good; say where in the file to look.",
            "What was ruled out is missing, so the next one tries it again.",
            "The turning points have no times between the report and the end.",
        ],
        "answer.reopen": [
            "It is back: {code} again since {clock}, on {share} % of {things}.",
            "Two of our sites still cannot {action}.\n\n{log}",
            "The first case of today: req-{hex8}. Same text as before.",
        ],
        // MARK: What colleagues write among themselves
        "note": [
            "Log of {service}: {count} times {code} in an hour, all with tenant t-{#4}.\n\n{log}\n{log}",
            "Spoke with {first} on the phone: started right after their change of {day}.",
            "Cannot reproduce in sandbox with {version}; next try with the older SDK.",
            "Same pattern as two weeks ago, see {defect}. Different host this time: {service}-{#1}.",
            "Trace {hex16}: {#3} ms in {service}, rest is waiting for the lock.",
            "{stack}",
            "Metrics: errors of {service} {#1}.{#1} % against 0.0{#1} % last week; other regions quiet.",
            "Asked in the channel of {service}; they deploy {release} to the last hosts today.",
            "Customer sits behind a proxy that inspects TLS. Asked for their exception list.",
        ],
        "note.handoff": [
            "End of my day. State: extract is read, next is the comparison with a good tenant. Customer knows that you take over.",
            "Handing over: waiting for the night run at {clock}, then count failures by host.",
        ],
        "statement": ["{Cause}", "Possibly {cause}", "In {region} {cause}"],
        "Cause": ["What we see fits if {cause}", "We suspect that {cause}"],
        "reasoning": [
            "It began with {release}, and only tenants that use {service} are concerned.",
            "Failures come in groups of {#1}, {#2} seconds apart.",
            "One host shows them {#1} times as often as the others.",
        ],
        "predicts": [
            "Failures come from one host of four only.", "A client with the older version never fails.",
            "With the flag off, a thousand requests pass.",
        ],
        "test": [
            "Count failures by host in a day of logs",
            "Replay {#2}0 failed requests against the release before",
            "Switch the flag off for one tenant for an hour",
        ],
        "observed.for": [
            "{count} of {count} failures on {service}-{#1}; none on the others.",
            "With the flag off: 0 of 1,000 failed. On again: {#1} of 1,000.",
        ],
        "observed.against": [
            "Failures spread evenly over all hosts; nothing to see.",
            "The older version fails just as often: {#1} of 1,000.",
        ],
        "verification": [
            "Taken away: 1,000 of 1,000 pass. Put back: {#2} of 1,000 fail with {code}. Taken away again: all pass.",
            "Replayed {#3} recorded requests before and after; only those before fail.",
        ],
        "problem": [
            "{call} answers {status} for {share} % of requests in {region}: only where {service} runs {release}.",
            "{things} of tenants on {release} fail with {code} within {#1} seconds after a deploy of {service}.",
            "Every {#2}th of the {things} is lost between {service} and its queue.",
        ],
        "narrative.cause": [
            "Found by comparing hosts: {cause}. Corrected, watched for a day, {count} requests without a failure.",
            "Hypothesis confirmed on the second try: {cause}. Mended with {defect}; the alarm now covers it.",
        ],
        "narrative.setting": [
            "Their side: {cause}. Corrected together on the phone; tried three times.",
            "{cause}. Told them how to watch for it; article updated.",
        ],
        "narrative.silent": [
            "Asked twice for request IDs, no answer. Nothing in our logs for their tenant since {day}."
        ],
        "narrative.gone": [
            "Not seen again in {#2} days, not reproducible with {version}. Alarm set on {code} for their tenant."
        ],
        "narrative.answer": [
            "Question about {things}. Answered from the documentation, page added where it was missing."
        ],
        "narrative.duplicate": [
            "Same failure as in the linked case, which was done first. Tried with their tenant: passes."
        ],
        "narrative.workaround": ["Way around in use by the customer; what remains is planned with {defect}."],
        "reason.handoff": [
            "End of shift, goes on in {region}", "Needs somebody who knows {service}",
            "Holiday from tomorrow",
        ],
        "reason.merge": ["Reported twice by the same customer", "Same failure, second reporter"],
        "reason.severity": [
            "More customers than we thought", "There is a way around now", "Only a test system",
        ],
        "next": [
            "Compare failing requests with good ones", "Read the extract of {service}",
            "Ask the owners of {service}",
            "Replay the failed requests", "Check what {release} changed",
        ],
        "file.line": [
            "{stamp} INFO  [{service}] accepted {call} id={hex12} tenant=t-{#4}",
            "{stamp} INFO  [{service}] done id={hex12} in {#2} ms", "{log}", "{log}",
            "{stamp} DEBUG [{service}] pool lease waited {#3} ms",
        ],
    ])
}
