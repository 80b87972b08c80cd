import Diagnosis
import Domain
import Storage
import Web

/// The policy as the API gives it.
enum PolicyJSON {
    static let reads = [
        APIRead(
            "policy.read", "Read the policy: the document as written, and what it says", path: "/policy",
            access: .right("policy.view"),
            parameters: [
                .init("version", "A past version; 0 is the built-in default. Left out: the one in force.")
            ]
        ) { call, services in
            let wanted = try PolicyPages.version(call.request)
            let journal = services.journal
            let (document, names) = try await services.database.read { tx in
                let document = try PolicyPages.document(wanted, journal, in: tx)
                return (
                    document, try PeopleDirectory.names(of: document.changedBy.map { [$0] } ?? [], in: tx)
                )
            }
            // An old document may name rights that are gone, and then only its text is given.
            return json(document, names, try? services.policy.check(document.text).get())
        },
        APIRead(
            "policy.versions", "The versions of the policy: when, by whom, why, and who agreed",
            path: "/policy/versions", access: .right("policy.view"),
            parameters: [.init("before", "versions below this one; the newest where it is left out")]
        ) { call, services in
            let before = try number(call, "before") ?? .max
            let journal = services.journal
            return try await services.database.read { tx in
                let history = try PolicyReading.history(before: before, limit: 100, journal, in: tx)
                let enacted = try ProposalDirectory.enacted(as: history.map(\.version.number), in: tx)
                return [
                    "items": .array(
                        history.map { one in
                            .fields([
                                "version": .integer(Int64(one.version.number)),
                                "changed_at": one.changedAt?.json,
                                "changed_by": one.changedBy.map(JSON.string),
                                "reason": one.reason.map(JSON.string),
                                "proposal": enacted[one.version.number].map { .string($0.id.raw) },
                                "approved_by": .array(
                                    (enacted[one.version.number]?.approvals ?? []).map { .string($0.person) }),
                            ])
                        })
                ]
            }
        },
        APIRead(
            "policy.compare", "What one version of the policy changes of another: in words, and line by line",
            path: "/policy/compare", access: .right("policy.view"),
            parameters: [
                .init("from", "the version to compare from; the one before `to` where it is left out"),
                .init("to", "the version to compare to; the one in force where it is left out"),
            ]
        ) { call, services in
            let (from, to) = (try number(call, "from"), try number(call, "to"))
            let journal = services.journal
            let (before, after) = try await services.database.read { tx in
                let last = try to ?? PolicyReading.inForce(in: tx).version.number
                return (
                    try PolicyPages.document(Version(from ?? max(0, last - 1)), journal, in: tx),
                    try PolicyPages.document(Version(last), journal, in: tx)
                )
            }
            let effects = try await PolicyComparisonPages.effects(
                from: before.text, to: after.text, for: call.actor, services)
            return [
                "from": .integer(Int64(before.version.number)), "to": .integer(Int64(after.version.number)),
                "effects": .array(effects.map { .string($0.words) }),
                "lines": .array(
                    LineDiff.lines(from: before.text, to: after.text).map { .string($0.words) }),
            ]
        },
        APIRead(
            "policy.proposals", "Changes of policy that others must agree to, the newest first",
            path: "/policy/proposals", access: .right("policy.view")
        ) { call, services in
            let now = services.clock()
            return try await services.database.read { tx in
                let version = try PolicyReading.inForce(in: tx).version.number
                return [
                    "items": .array(
                        try ProposalDirectory.latest(limit: 100, in: tx).map { proposal($0, version, now) })
                ]
            }
        },
    ]

    private static func number(_ call: SignedInCall, _ name: String) throws(Refusal) -> Int? {
        guard let text = call.request.query(name) else { return nil }
        guard let number = Int(text), (0...Int(Int32.max)).contains(number) else {
            throw Refusal(field: name, "wrong_type", "\(name) must be the number of a version.")
        }
        return number
    }

    private static func proposal(_ one: PolicyProposal, _ version: Int, _ now: Timestamp) -> JSON {
        .fields([
            "id": .string(one.id.raw),
            "state": .string(one.standing(inForce: version, at: now).rawValue), "author": .string(one.author),
            "proposed_at": one.madeAt.json, "lapses_at": one.made.lapsesAt.json,
            "reason": .string(one.made.reason), "document": .string(one.made.document),
            "base": .integer(Int64(one.made.base)), "enacted": one.enacted.map { .integer(Int64($0)) },
            "settled_by": one.settledBy.map(JSON.string), "words": one.words.map(JSON.string),
            "rules": .array(
                one.made.rules.map { rule in
                    var object = rule.json.object ?? JSONObject()
                    object["missing"] = .integer(Int64(one.missing(rule)))
                    return .object(object)
                }),
            "approvals": .array(
                one.approvals.map {
                    .fields([
                        "person": .string($0.person), "at": $0.at.json,
                        "rules": .array($0.rules.map(JSON.string)), "comment": $0.comment.map(JSON.string),
                    ])
                }),
        ])
    }

    private static func json(
        _ document: PolicyReading.Document, _ names: [String: String], _ policy: Policy?
    ) -> JSON {
        [
            "version": .integer(Int64(document.version.number)),
            "changed_at": document.changedAt.map { .string($0.rfc3339) } ?? .null,
            "changed_by": document.changedBy.map { .string(names[$0] ?? $0) } ?? .null,
            "document": .string(document.text),
            "policy": policy.map(values) ?? .null,
        ]
    }

    private static func values(_ policy: Policy) -> JSON {
        var object: JSONObject = [
            "organisation": .string(policy.organisation),
            "case_number_prefix": .string(policy.caseNumberPrefix),
            "severities": .array(policy.severities.map(severity)),
            "default_severity": .string(policy.defaultSeverity.raw),
            "statuses": .array(policy.statuses.map(status)),
            "reopened_status": .string(policy.reopenedStatus.raw),
            "resolution_requires": .array(policy.resolutionRequires.map { .string($0.rawValue) }),
            "reopen_window_days": .integer(Int64(policy.reopenWindowDays)),
            "roles": .array(policy.roles.map(role)),
        ]
        for (name, terms) in PolicyLists.named(policy) { object[name] = .array(terms.map(term)) }
        return .object(object)
    }

    private static func severity(_ severity: Policy.Severity) -> JSON {
        [
            "id": .string(severity.id.raw), "name": .string(severity.name), "alias": .string(severity.alias),
            "definition": .string(severity.definition), "weight": .integer(Int64(severity.weight)),
        ]
    }

    private static func status(_ status: Policy.Status) -> JSON {
        [
            "id": .string(status.id.raw), "name": .string(status.name),
            "customer": .string(status.customerWords),
            "phase": .string(status.phase.rawValue), "to": .array(status.next.map { .string($0.raw) }),
        ]
    }

    private static func term(_ term: Policy.Term) -> JSON {
        ["id": .string(term.id), "name": .string(term.name)]
    }

    private static func role(_ role: Policy.Role) -> JSON {
        [
            "id": .string(role.id), "name": .string(role.name),
            "rights": .array(role.rights.sorted().map { .string($0.name) }),
            "second_factor": .string(role.requiresSecondFactor ? "required" : "optional"),
        ]
    }
}

/// The plain lists of a policy by their key in the document.
enum PolicyLists {
    static func named(_ policy: Policy) -> [(key: String, terms: [Policy.Term])] {
        [
            ("components", policy.components), ("product_areas", policy.productAreas),
            ("environments", policy.environments), ("categories", policy.categories),
            ("root_causes", policy.rootCauses), ("verdicts", policy.verdicts),
            ("fault_layers", policy.faultLayers), ("verification_methods", policy.verificationMethods),
            ("tiers", policy.tiers),
            ("channels", policy.channels),
            ("segments", policy.segments), ("regions", policy.regions),
            ("products", policy.products), ("services", policy.serviceTerms), ("contracts", policy.contracts),
            ("coverages", policy.coverages),
            ("contact_roles", policy.contactRoles), ("risk_levels", policy.riskLevels),
        ]
    }
}
