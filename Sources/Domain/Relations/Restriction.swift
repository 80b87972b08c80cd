/// Who may know of a case whose existence is nobody else's business.
package struct Restriction: Hashable, Sendable {
    /// The level of confidentiality, as policy names it.
    package var level: String
    /// The people who are named, by identifier, in order.
    package var readers: [String]
    /// The roles that may know of every case of the level, as policy gave them when the case was restricted.
    package var roles: [String]
    /// Who decides about the case and writes to the customer.
    package var securityOwner: String?

    /// A restriction with all parts.
    package init(level: String, readers: [String], roles: [String], securityOwner: String?) {
        (self.level, self.securityOwner) = (level, securityOwner)
        self.readers = Set(readers).sorted()
        self.roles = Set(roles).sorted()
    }

    /// The right to know of every restricted case.
    package static let viewRight: Right = "case.view_restricted"
    /// The right to write to customers on every restricted case.
    package static let speakRight: Right = "case.reply_restricted"

    /// Whether the restriction lets somebody know of the case.
    ///
    /// Rights and roles never open it to a customer's people: they must be named.
    package func admits(_ actor: Actor) -> Bool {
        if readers.contains(actor.id) || securityOwner == actor.id { return true }
        guard !actor.isCustomer else { return false }
        return actor.id == Actor.system.id || actor.may(Self.viewRight)
            || !actor.roles.isDisjoint(with: roles)
    }
}

extension SupportCase {
    /// Whether somebody may know of the case: customers of their own organisation's alone, and of a restricted one
    /// only whom the restriction admits and who owns it.
    package func isVisible(to actor: Actor) -> Bool {
        if actor.isCustomer {
            guard let organisation else { return false }
            guard organisation == actor.organisation || actor.delegations[organisation] != nil else {
                return false
            }
        }
        guard let restriction else { return true }
        return restriction.admits(actor) || (!actor.isCustomer && owner?.raw == actor.id)
    }

    /// Whether somebody may write to the customer: on a restricted case only its security owner, and whoever has the
    /// right for all of them.
    package func maySpeak(_ actor: Actor) -> Bool {
        guard let restriction else { return true }
        return restriction.securityOwner == actor.id || actor.may(Restriction.speakRight)
    }

    /// Refuses words to the customer from anybody who may not speak for a restricted case.
    package func refuseSpeaking(by actor: Actor) throws(Refusal) {
        guard !maySpeak(actor) else { return }
        throw Refusal(
            .denied, "security_owner_speaks",
            "\(number) is restricted: only its security owner writes to the customer. "
                + "Leave an internal note for them.")
    }

    /// Refuses a change of who may know of a restricted case from anybody but its security owner and whoever has a right
    /// over all of them.
    package func refuseDeciding(by actor: Actor) throws(Refusal) {
        guard restriction != nil, !maySpeak(actor), !actor.may(Restriction.viewRight) else { return }
        throw Refusal(
            .denied, "security_owner_decides",
            "\(number) is restricted: its security owner decides who may know of it.")
    }

    /// The facts of restricting the case, or of changing who may know.
    package func restricted(_ restriction: Restriction, reason: String) -> [CaseFact] {
        self.restriction == restriction
            ? [] : [.relation(.restricted(restriction, reason: reason))]
    }

    /// The facts of opening the case to everybody again.
    package func unrestricted(reason: String) throws(Refusal) -> [CaseFact] {
        guard restriction != nil else {
            throw Refusal(.conflict, "not_restricted", "\(number) is not restricted.")
        }
        return [.relation(.unrestricted(reason: reason))]
    }
}

extension CaseFact {
    /// Whether staff says something to the customer with it, beyond that a state changed.
    package var speaksToCustomer: Bool {
        switch self {
        case .replied(_, let fromCustomer): !fromCustomer
        case .resolved(let resolution): resolution.customerSummary != nil
        case .form: false
        default: family != nil && isPublic
        }
    }

    /// Whether somebody of the staff turns to the customer with it.
    package var addressesCustomer: Bool {
        switch self {
        case .replied(_, let fromCustomer): !fromCustomer
        case .resolved(let resolution): resolution.customerSummary != nil
        case .coordination: isPublic
        case .evidence(.requested), .evidence(.reminded), .evidence(.shown): true
        default: false
        }
    }
}
