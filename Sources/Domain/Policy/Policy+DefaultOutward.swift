extension Policy {
    /// What the default document says of messages that are reviewed, and of customers who do not answer.
    static let defaultOutward = """
        # Replies, updates and summaries on cases of these severities, such as [sev1, sev2], wait until a second person with
        # the right case.review_message has read them. After `minutes`, or shortly before a promise to the customer ends,
        # what nobody read is sent and on record (when_over: send), or goes on waiting (wait).
        message_review:
          severities: []
          minutes: 10
          when_over: send
        # A customer who owes us an answer is reminded after so much working time of `calendar`: after our question, then
        # after the reminder before. So long after the last one the case is resolved with this verdict; one reply opens it
        # again. `except`: severities at which only people remind. `reminders: []` switches this off.
        no_response:
          reminders: [16h, 16h, 16h]
          resolve_after: 16h
          calendar: business_hours
          except: [sev1]
          verdict: unconfirmed
          reminder: "We still need your answer to go on with this case. If you are stuck with it yourself, tell us where; if it is solved, tell us that."
          closing: "We have not heard from you, so we close this case without knowing whether it is solved for you. Answer at any time: one reply opens it again with all that was written."
        # Contacts with one of these contact_roles read what an update says to executives, in place of what it says to the
        # customer's engineers.
        audiences:
          executives: [executive]
        # What customers are asked for often, all at once: one step sends it. `categories` and `components` narrow what is
        # offered first. A `script` that collects it may stand there too.
        request_templates:
          - {id: failing_request, name: A request that fails, categories: [fault], why: "With one request that we can follow through all systems we find where it fails.", items: ["The time of one failing request, with its zone", "Its identifier: the request or trace identifier that the answer carries", "The request and the answer, with headers; take passwords and keys out", "The log of your side for five minutes before and after"]}
          - {id: slow_request, name: Something is slow, categories: [performance], why: "We compare a slow time with a good one, step by step.", items: ["When it is slow, from and to, with the zone", "When it last was as fast as it should be", "How long it takes and how long it should take", "How many people or requests are affected"]}
          - {id: browser, name: A page that misbehaves, components: [web], why: "The recording shows what the browser asked for and what it got.", items: ["A recording of the browser (HAR) while it happens; take passwords out", "A screenshot of the whole window", "The browser and its version"]}
          - {id: access, name: Somebody cannot sign in, categories: [access], why: "We look for the attempt in our logs.", items: ["The name that signs in, without the password", "The time of one attempt, with its zone", "What the page says, word by word", "Whether others of your organisation can sign in"]}
        """
}
