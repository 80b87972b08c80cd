package import Diagnosis

/// A warning on an account: the customer may be lost, and why.
package struct RiskFlag: Equatable, Sendable {
    /// What the flag says.
    package struct Terms: Equatable, Sendable {
        /// How grave, as policy names it.
        package var level: String
        /// Why.
        package var reason: String
        /// Who looks after it.
        package var owner: String
        /// The last day on which it counts; nil until somebody takes it off.
        package var expires: CalendarDay?

        /// A flag that says this.
        package init(level: String, reason: String, owner: String, expires: CalendarDay?) {
            (self.level, self.reason, self.owner, self.expires) = (level, reason, owner, expires)
        }

        /// The terms as they are stored.
        package var members: KeyValuePairs<String, JSON?> {
            [
                "level": .string(level), "reason": .string(reason), "owner": .string(owner),
                "expires": expires.map { .string($0.text) },
            ]
        }

        /// The terms that were stored with these members.
        package init(_ body: FactBody) throws {
            self.init(
                level: try body.text("level"), reason: try body.text("reason"),
                owner: try body.text("owner"),
                expires: body.optionalText("expires").flatMap { CalendarDay($0) })
        }
    }

    /// How a flag was taken off.
    package struct Clearing: Equatable, Sendable {
        /// Why.
        package var reason: String
        /// By whom.
        package var by: String
        /// When.
        package var at: Timestamp

        /// A clearing with all parts.
        package init(reason: String, by: String, at: Timestamp) {
            (self.reason, self.by, self.at) = (reason, by, at)
        }
    }

    /// Where a flag stands on a day.
    package enum State: String, Sendable {
        /// It counts.
        case active
        /// Its last day is over.
        case expired
        /// Somebody took it off.
        case cleared
    }

    /// What people say: "R1".
    package var number: String
    /// What it says now.
    package var terms: Terms
    /// Who raised it.
    package var raisedBy: String
    /// When.
    package var raisedAt: Timestamp
    /// How it was taken off; nil while it stands.
    package var cleared: Clearing?

    /// A flag as it is raised.
    package init(number: String, _ terms: Terms, raisedBy: String, at moment: Timestamp) {
        (self.number, self.terms, self.raisedBy, raisedAt) = (number, terms, raisedBy, moment)
    }

    /// Where it stands on a day.
    package func state(on day: CalendarDay) -> State {
        if cleared != nil { return .cleared }
        return terms.expires.map { $0 < day } == true ? .expired : .active
    }

    /// The flag as it is stored.
    package var json: JSON {
        var object = JSONObject()
        object["number"] = .string(number)
        for (key, value) in terms.members where value != nil { object[key] = value }
        object["raised_by"] = .string(raisedBy)
        object["raised_at"] = raisedAt.json
        if let cleared {
            object["cleared"] = .string(cleared.reason)
            object["cleared_by"] = .string(cleared.by)
            object["cleared_at"] = cleared.at.json
        }
        return .object(object)
    }

    /// The flag that was stored so.
    package init(stored body: FactBody) throws {
        self.init(
            number: try body.text("number"), try Terms(body), raisedBy: try body.text("raised_by"),
            at: body.time("raised_at") ?? Timestamp(microseconds: 0))
        if let reason = body.optionalText("cleared"), let at = body.time("cleared_at") {
            cleared = Clearing(reason: reason, by: try body.text("cleared_by"), at: at)
        }
    }
}
