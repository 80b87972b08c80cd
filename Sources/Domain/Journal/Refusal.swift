/// Why a request is not carried out: a stable code, a sentence that a person can act on, and the fields concerned.
///
/// The same value becomes a page, problem+json (RFC 9457) and an exit code of the command line.
package struct Refusal: Error, Equatable, Sendable {
    /// Who must do something about it; each reason has one HTTP status and one exit code.
    package enum Reason: String, Sendable, CaseIterable {
        /// The input is wrong: correct it.
        case invalid
        /// There is no such thing, or it is not yours to know of.
        case notFound
        /// You are known and may not do this.
        case denied
        /// Nobody is signed in.
        case unauthenticated
        /// The state of things forbids it now.
        case conflict
        /// Somebody else edited the same thing since you looked.
        case stale
        /// Too often; wait.
        case limited
        /// Larger than we take.
        case tooLarge
        /// A kind of body that we do not read.
        case unsupported
        /// The method does not fit the address.
        case wrongMethod
        /// The service cannot do this for now.
        case unavailable
        /// There is no room to keep it.
        case full
    }

    /// What is wrong with one field.
    package struct Problem: Equatable, Sendable {
        /// The field's name on the wire.
        package var field: String
        /// The stable code.
        package var code: String
        /// What to do about it.
        package var message: String

        /// A problem with one field.
        package init(field: String, code: String, message: String) {
            (self.field, self.code, self.message) = (field, code, message)
        }
    }

    /// An aspect that two people edited.
    package struct Clash: Equatable, Sendable {
        /// The aspect's name.
        package var aspect: String
        /// What the thing is called on pages.
        package var label: String
        /// The field of the operation that edits it.
        package var field: String
        /// What stands there now.
        package var theirs: String
        /// What this request would have put there.
        package var yours: String
        /// Who edited it.
        package var by: String
        /// When they did.
        package var at: Timestamp

        /// A clash with all its parts.
        package init(
            aspect: String, label: String, field: String, theirs: String, yours: String, by: String,
            at: Timestamp
        ) {
            (self.aspect, self.label, self.field) = (aspect, label, field)
            (self.theirs, self.yours, self.by, self.at) = (theirs, yours, by, at)
        }
    }

    /// Who must act.
    package var reason: Reason
    /// The stable code, such as "case_closed".
    package var code: String
    /// A sentence that says what to do.
    package var message: String
    /// The fields concerned.
    package var problems: [Problem] = []
    /// For `stale`: what was edited by whom.
    package var clashes: [Clash] = []
    /// For `stale`: the version to answer with once the person has chosen.
    package var currentVersion: Int?
    /// For `limited`: seconds to wait.
    package var retryAfter: Int?

    /// A refusal for this reason.
    package init(_ reason: Reason, _ code: String, _ message: String) {
        (self.reason, self.code, self.message) = (reason, code, message)
    }

    /// A refusal that concerns one field.
    package init(field: String, _ code: String, _ message: String) {
        self.init(.invalid, code, message)
        problems = [Problem(field: field, code: code, message: message)]
    }

    /// A refusal that lists what is wrong with several fields.
    package init(problems: [Problem]) {
        let count = problems.count
        self.init(
            .invalid, "invalid_input",
            count == 1 ? problems[0].message : "\(count) fields need your attention. Nothing was saved yet.")
        self.problems = problems
    }

    /// There is no such thing, or the actor may not know of it.
    package static func notFound(_ what: String) -> Self {
        Self(.notFound, "not_found", "There is no such \(what), or you may not see it.")
    }
}
