extension Policy {
    /// The roles that every policy must define, since the software refers to them.
    package static let requiredRoles = [
        "customer", "frontline", "engineer", "lead", "manager", "developer", "auditor", "administrator",
    ]

    /// Reads and checks a document; every mistake names its line and key.
    /// - Parameters:
    ///   - knownRights: what rights may be given; "case.*" gives all that begin so.
    ///   - zones: the time zones that calendars may name.
    ///   - people: the addresses that teams may name; nil where nobody knows them here.
    package static func read(
        _ document: ConfigNode, knownRights: Set<Right>, zones: ZoneTable = .utcOnly,
        people: Set<String>? = nil
    ) -> Result<Policy, PolicyProblems> {
        var problems: [ConfigProblem] = []
        var root = ConfigReader(document, at: "", problems: &problems)
        let severities = readSeverities(&root, &problems)
        let (statuses, statusLines) = readStatuses(&root, &problems)
        let defaultSeverity = root.text("default_severity", &problems)
        let reopened = root.text("reopened_status", &problems)
        var policy = Policy(
            organisation: root.text("organisation", &problems),
            caseNumberPrefix: root.text("case_number_prefix", &problems),
            severities: severities, defaultSeverity: ID(defaultSeverity),
            statuses: statuses, reopenedStatus: ID(reopened),
            components: readTerms("components", &root, &problems),
            productAreas: readTerms("product_areas", &root, &problems),
            environments: readTerms("environments", &root, &problems),
            categories: readTerms("categories", &root, &problems),
            rootCauses: readTerms("root_causes", &root, &problems),
            verdicts: readTerms("verdicts", &root, &problems),
            faultLayers: readTerms("fault_layers", &root, &problems),
            verificationMethods: readTerms("verification_methods", &root, &problems),
            causeClaims: root.texts("cause_claims", &problems).map(\.text),
            causeHedges: root.texts("cause_hedges", &problems).map(\.text),
            tiers: readTerms("tiers", &root, &problems),
            segments: readOptionalTerms("segments", &root, &problems),
            regions: readOptionalTerms("regions", &root, &problems),
            products: readOptionalTerms("products", &root, &problems),
            contracts: readOptionalTerms("contracts", &root, &problems),
            coverages: readOptionalTerms("coverages", &root, &problems),
            contactRoles: readOptionalTerms("contact_roles", &root, &problems),
            riskLevels: readOptionalTerms("risk_levels", &root, &problems),
            channels: readTerms("channels", &root, &problems),
            requestTypes: readRequestTypes(&root, &problems),
            confidentiality: readConfidentiality(&root, &problems),
            resolutionRequires: readConditions(&root, &problems),
            reopenWindowDays: root.integer("reopen_window_days", 0...3650, default: 14, &problems),
            internalQuoteWords: root.integer("internal_quote_words", 4...100, default: 8, &problems),
            signIn: readSignIn(&root, &problems),
            coordination: readCoordination(&root, severities, &problems),
            forms: readForms(&root, &problems),
            roles: readRoles(&root, knownRights: knownRights, &problems),
            evidence: EvidenceRules.read(&root, &problems),
            retention: RetentionRules.read(&root, &problems),
            attention: AttentionCheck.read(&root, &problems),
            preSend: PreSendRules.read(&root, &problems), priority: readPriority(&root, &problems),
            work: readWork(&root, &problems),
            mail: MailRules.read(&root, &problems))
        if let node = root.child("default_severity"), policy.severity(policy.defaultSeverity) == nil {
            problems.append(
                .init(
                    line: node.line, key: "default_severity",
                    message: "“\(defaultSeverity)” is not a severity"))
        }
        if let node = root.child("reopened_status"), policy.status(policy.reopenedStatus)?.phase != .open {
            problems.append(
                .init(
                    line: node.line, key: "reopened_status",
                    message: "“\(reopened)” is not a status of phase open"))
        }
        problems += policy.retention.problems(
            in: policy, line: root.child("retention")?.line ?? document.line)
        AttentionCheck.check(policy, root.child("attention"), &problems)
        policy.chatHosts = readChatHosts(&root, &problems)
        policy.errorCodes = .read(&root, &problems)
        if root.child("breach_causes") != nil {
            policy.breachCauses = readTerms("breach_causes", &root, &problems)
        }
        policy.handover = readHandover(&root, policy, &problems)
        policy.quality = readQuality(&root, policy, &problems)
        policy.survey = readSurvey(&root, policy, &problems)
        policy.notices = readNotices(&root, &problems)
        policy.serviceLevels = .read(&root, levelTerms(policy), zones: zones, &problems)
        policy.departments = readOptionalTerms("departments", &root, &problems)
        policy.services = readServices(&root, policy, &problems)
        policy.serviceLevels.takeCatalogue(policy.services, root.child("service_levels"), &problems)
        policy.messageReview = readMessageReview(&root, policy, &problems)
        policy.executiveRoles = readExecutiveRoles(&root, policy, &problems)
        policy.requestTemplates = readRequestTemplates(&root, policy, &problems)
        policy.noResponse = readNoResponse(&root, policy, &problems)
        policy.routing = .read(&root, policy, people: people, &problems)
        policy.triage = .read(&root, policy.severities, &problems)
        checkForms(policy, root.child("forms"), &problems)
        checkTransitions(policy, statusLines, document.line, &problems)
        checkBlocks(policy, statusLines, document.line, &problems)
        checkConfidentiality(policy, root.child("confidentiality")?.line ?? document.line, &problems)
        checkKeepers(policy, root.child("roles")?.line ?? document.line, &problems)
        policy.approvals = readApprovals(&root, policy, parts: root.known, &problems)
        root.refuseUnknownKeys(&problems)
        return problems.isEmpty
            ? .success(policy) : .failure(PolicyProblems(problems.sorted { $0.line < $1.line }))
    }

    private static func readChatHosts(
        _ root: inout ConfigReader, _ problems: inout [ConfigProblem]
    ) -> Set<String> {
        guard let node = root.child("notifications") else { return [] }
        var reader = ConfigReader(node, at: "notifications", problems: &problems)
        let hosts = reader.texts("chat_hosts", &problems)
        for host in hosts where host.text.contains(where: { "/@ ".contains($0) }) || host.text.isEmpty {
            problems.append(
                .init(
                    line: host.line, key: "notifications.chat_hosts",
                    message: "“\(host.text)” is not the name of a host such as chat.example.com"))
        }
        reader.refuseUnknownKeys(&problems)
        return Set(hosts.map { $0.text.lowercased() })
    }

    private static func levelTerms(_ policy: Policy) -> ServiceLevels.LevelTerms {
        ServiceLevels.LevelTerms(
            severities: policy.severities,
            terms: [
                .severities: policy.severities.map(\.id.raw), .tiers: policy.tiers.map(\.id),
                .contracts: policy.contracts.map(\.id), .products: policy.products.map(\.id),
                .productAreas: policy.productAreas.map(\.id), .channels: policy.channels.map(\.id),
                .requestTypes: policy.requestTypes.map(\.id),
            ],
            blockedReasons: policy.coordination.blockedReasons.map(\.id), roles: policy.roles.map(\.id))
    }

    private static func readSeverities(_ root: inout ConfigReader, _ problems: inout [ConfigProblem])
        -> [Severity]
    {
        let severities = root.items("severities", &problems).map { item in
            var reader = ConfigReader(item.node, at: item.path, problems: &problems)
            let severity = Severity(
                id: ID(reader.text("id", &problems)), name: reader.text("name", &problems),
                alias: reader.text("alias", &problems), definition: reader.text("definition", &problems),
                examples: reader.texts("examples", &problems).map(\.text),
                weight: reader.integer("weight", 1...100, default: 50, &problems))
            reader.refuseUnknownKeys(&problems)
            return (severity, item.node.line, item.path)
        }
        refuseRepeats(severities.map { ($0.0.id.raw, $0.1, $0.2) }, &problems)
        return severities.map(\.0)
    }

    private static func readStatuses(
        _ root: inout ConfigReader, _ problems: inout [ConfigProblem]
    ) -> ([Status], [ID<Status>: Int]) {
        var lines: [ID<Status>: Int] = [:]
        let statuses = root.items("statuses", &problems).map { item in
            var reader = ConfigReader(item.node, at: item.path, problems: &problems)
            let id = ID<Status>(reader.text("id", &problems))
            let phaseText = reader.text("phase", &problems)
            if Phase(rawValue: phaseText) == nil, !phaseText.isEmpty {
                let names = Phase.allCases.map(\.rawValue).joined(separator: ", ")
                problems.append(
                    .init(
                        line: reader.child("phase")?.line ?? item.node.line, key: "\(item.path).phase",
                        message: "“\(phaseText)” is not one of \(names)"))
            }
            let status = Status(
                id: id, name: reader.text("name", &problems),
                customerWords: reader.text("customer", &problems),
                phase: Phase(rawValue: phaseText) ?? .open,
                next: reader.texts("to", &problems).map { ID($0.text) },
                onCustomerReply: reader.optionalText("on_customer_reply", &problems).map { ID($0) },
                blockedBy: reader.optionalText("blocked_by", &problems),
                isUpward: reader.flag("upward", default: false, &problems))
            reader.refuseUnknownKeys(&problems)
            lines[id] = item.node.line
            return (status, item.node.line, item.path)
        }
        refuseRepeats(statuses.map { ($0.0.id.raw, $0.1, $0.2) }, &problems)
        return (statuses.map(\.0), lines)
    }

    private static func checkTransitions(
        _ policy: Policy, _ lines: [ID<Status>: Int], _ documentLine: Int, _ problems: inout [ConfigProblem]
    ) {
        let known = policy.statuses.map(\.id.raw)
        for (index, status) in policy.statuses.enumerated() {
            let line = lines[status.id] ?? documentLine
            for next in status.next + (status.onCustomerReply.map { [$0] } ?? [])
            where policy.status(next) == nil {
                let hint = nearest(to: next.raw, in: known).map { "; did you mean “\($0)”?" } ?? ""
                problems.append(
                    .init(
                        line: line, key: "statuses[\(index)].to",
                        message: "“\(next.raw)” is not a status\(hint)"))
            }
        }
        for phase in [Phase.open, .resolved, .closed]
        where !policy.statuses.contains(where: { $0.phase == phase }) {
            problems.append(
                .init(
                    line: documentLine, key: "statuses", message: "no status has the phase \(phase.rawValue)")
            )
        }
        if let first = policy.statuses.first, first.phase != .open {
            problems.append(
                .init(
                    line: lines[first.id] ?? documentLine, key: "statuses[0].phase",
                    message: "the first status is that of a new case and must have the phase open"))
        }
    }

    /// Some role must keep the rights without which nobody could repair the policy or the accounts from within.
    private static func checkKeepers(_ policy: Policy, _ line: Int, _ problems: inout [ConfigProblem]) {
        for right in ["policy.change", "people.manage"] as [Right]
        where !policy.roles.contains(where: { $0.id != "customer" && $0.rights.contains(right) }) {
            problems.append(
                .init(
                    line: line, key: "roles",
                    message: "no role has the right “\(right)” any more, so nobody could put that right again"
                ))
        }
    }

    /// A list that an organisation may leave out: what chooses from it then has nothing to choose.
    private static func readOptionalTerms(
        _ name: String, _ root: inout ConfigReader, _ problems: inout [ConfigProblem]
    ) -> [Term] { root.child(name) == nil ? [] : readTerms(name, &root, &problems) }

    static func readTerms(
        _ name: String, _ root: inout ConfigReader, _ problems: inout [ConfigProblem]
    ) -> [Term] {
        let terms = root.items(name, &problems).map { item in
            var reader = ConfigReader(item.node, at: item.path, problems: &problems)
            let term = Term(
                id: reader.text("id", &problems), name: reader.text("name", &problems),
                weight: reader.integer("weight", 0...100, default: 0, &problems))
            reader.refuseUnknownKeys(&problems)
            return (term, item.node.line, item.path)
        }
        refuseRepeats(terms.map { ($0.0.id, $0.1, $0.2) }, &problems)
        return terms.map(\.0)
    }

    private static func readRequestTypes(
        _ root: inout ConfigReader, _ problems: inout [ConfigProblem]
    ) -> [RequestType] {
        let types = root.items("request_types", &problems).map { item in
            var reader = ConfigReader(item.node, at: item.path, problems: &problems)
            let type = RequestType(
                id: reader.text("id", &problems), name: reader.text("name", &problems),
                isInternal: reader.flag("internal", default: false, &problems),
                answerHours: reader.integer("answer_hours", 0...8760, default: 0, &problems),
                confidentiality: reader.optionalText("confidentiality", &problems))
            reader.refuseUnknownKeys(&problems)
            return (type, item.node.line, item.path)
        }
        refuseRepeats(types.map { ($0.0.id, $0.1, $0.2) }, &problems)
        return types.map(\.0)
    }

    private static func readConditions(
        _ root: inout ConfigReader, _ problems: inout [ConfigProblem]
    ) -> [ResolutionCondition] {
        root.texts("resolution_requires", &problems).enumerated().compactMap { index, item in
            if let condition = ResolutionCondition(rawValue: item.text) { return condition }
            let names = ResolutionCondition.allCases.map(\.rawValue).joined(separator: ", ")
            problems.append(
                .init(
                    line: item.line, key: "resolution_requires[\(index)]",
                    message: "“\(item.text)” is not one of \(names)"))
            return nil
        }
    }

    private static func readSignIn(_ root: inout ConfigReader, _ problems: inout [ConfigProblem]) -> SignIn {
        guard let node = root.child("sign_in") else {
            return SignIn(
                minimumPasswordLength: 12, attemptsPerAccount: 10, attemptsPerAddress: 50, idleMinutes: 720,
                sessionHours: 336)
        }
        var reader = ConfigReader(node, at: "sign_in", problems: &problems)
        let signIn = SignIn(
            minimumPasswordLength: reader.integer("minimum_password_length", 8...128, default: 12, &problems),
            attemptsPerAccount: reader.integer("attempts_per_account", 3...1000, default: 10, &problems),
            attemptsPerAddress: reader.integer("attempts_per_address", 3...100_000, default: 50, &problems),
            idleMinutes: reader.integer("idle_minutes", 5...43_200, default: 720, &problems),
            sessionHours: reader.integer("session_hours", 1...8760, default: 336, &problems))
        reader.refuseUnknownKeys(&problems)
        return signIn
    }

    private static func readRoles(
        _ root: inout ConfigReader, knownRights: Set<Right>, _ problems: inout [ConfigProblem]
    ) -> [Role] {
        let roles = root.items("roles", &problems).map { item in
            var reader = ConfigReader(item.node, at: item.path, problems: &problems)
            let id = reader.text("id", &problems)
            var rights: Set<Right> = []
            for (index, text) in reader.texts("rights", &problems).enumerated() {
                let given = matching(text.text, knownRights)
                if given.isEmpty {
                    let hint = nearest(to: text.text, in: knownRights.map(\.name).sorted())
                    problems.append(
                        .init(
                            line: text.line, key: "\(item.path).rights[\(index)]",
                            message: "“\(text.text)” is not a right"
                                + (hint.map { "; did you mean “\($0)”?" } ?? "")))
                }
                rights.formUnion(given)
            }
            var role = Role(id: id, name: reader.text("name", &problems), rights: rights)
            role.requiresSecondFactor = readSecondFactor(&reader, item.path, &problems)
            role.home = readHome(&reader, item.path, &problems)
            reader.refuseUnknownKeys(&problems)
            return (role, item.node.line, item.path)
        }
        refuseRepeats(roles.map { ($0.0.id, $0.1, $0.2) }, &problems)
        for required in requiredRoles where !roles.contains(where: { $0.0.id == required }) {
            problems.append(
                .init(line: root.node.line, key: "roles", message: "the role “\(required)” is needed"))
        }
        return roles.map(\.0)
    }

    private static func readSecondFactor(
        _ reader: inout ConfigReader, _ path: String, _ problems: inout [ConfigProblem]
    ) -> Bool {
        guard let text = reader.optionalText("second_factor", &problems) else { return false }
        if !["required", "optional"].contains(text) {
            problems.append(
                .init(
                    line: reader.child("second_factor")?.line ?? 0, key: "\(path).second_factor",
                    message: "“\(text)” is not one of required, optional"))
        }
        return text == "required"
    }

    private static func matching(_ text: String, _ known: Set<Right>) -> Set<Right> {
        if text == "*" { return known }
        if text.hasSuffix(".*") { return known.filter { $0.name.hasPrefix(String(text.dropLast())) } }
        return known.contains(Right(text)) ? [Right(text)] : []
    }

    static func refuseRepeats(
        _ entries: [(id: String, line: Int, path: String)], _ problems: inout [ConfigProblem]
    ) {
        var seen: Set<String> = []
        for entry in entries {
            if entry.id.contains(where: { !($0.isLowercase || $0.isNumber || $0 == "_" || $0 == "-") }) {
                problems.append(
                    .init(
                        line: entry.line, key: "\(entry.path).id",
                        message: "“\(entry.id)” may hold only small letters, digits, “_” and “-”"))
            }
            if !seen.insert(entry.id).inserted {
                problems.append(
                    .init(
                        line: entry.line, key: "\(entry.path).id", message: "“\(entry.id)” stands here twice")
                )
            }
        }
    }
}

/// Every mistake in a policy document.
package struct PolicyProblems: Error, Sendable, CustomStringConvertible {
    /// The mistakes, by line.
    package var problems: [ConfigProblem]
    /// These mistakes.
    package init(_ problems: [ConfigProblem]) { self.problems = problems }
    package var description: String { problems.map(\.description).joined(separator: "\n") }
}
