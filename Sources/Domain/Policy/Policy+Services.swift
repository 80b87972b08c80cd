extension Policy {
    /// A service: what the organisation runs, with what it promises of itself, and what colleagues can ask of it.
    package struct Service: Hashable, Sendable {
        /// Stored and sent: "payments".
        package var id: String
        /// Shown.
        package var name: String
        /// What colleagues can ask of it, in a sentence.
        package var about: String?
        /// The components whose cases are about it.
        package var components: Set<String> = []
        /// The severities of cases that say that it is unwell.
        package var severities: Set<String> = []
        /// What it promises of itself; nil for nothing.
        package var objective: ServiceObjective?
        /// The service level of requests of colleagues; nil where it is not in the catalogue.
        package var level: String?
        /// The service levels of some departments, in place of that one.
        package var levelsByDepartment: [String: String] = [:]

        /// A service without anything promised.
        package init(id: String, name: String) { (self.id, self.name) = (id, name) }
    }

    /// The service of this identifier.
    package func service(_ id: String) -> Service? { services.first { $0.id == id } }

    /// The services that have an objective and that a case of this component speaks for.
    package func services(ofComponent component: String?) -> [Service] {
        guard let component else { return [] }
        return services.filter { $0.objective != nil && $0.components.contains(component) }
    }

    /// All services, as terms: an impact names them, alerts may, and routing rules can ask for them.
    package var serviceTerms: [Term] { services.map { Term(id: $0.id, name: $0.name) } }

    /// The services that colleagues can ask for, as terms.
    package var catalogue: [Term] {
        services.filter { $0.level != nil || !$0.levelsByDepartment.isEmpty }.map {
            Term(id: $0.id, name: $0.name)
        }
    }

    static func readServices(
        _ root: inout ConfigReader, _ policy: Policy, _ problems: inout [ConfigProblem]
    ) -> [Service] {
        guard root.child("services") != nil else { return [] }
        let read = root.items("services", &problems).map { item in
            var reader = ConfigReader(item.node, at: item.path, problems: &problems)
            let service = readService(&reader, item.path, policy, &problems)
            reader.refuseUnknownKeys(&problems)
            return (service, item.node.line, item.path)
        }
        refuseRepeats(read.map { ($0.0.id, $0.1, $0.2) }, &problems)
        return read.map(\.0)
    }

    private static func readService(
        _ reader: inout ConfigReader, _ path: String, _ policy: Policy, _ problems: inout [ConfigProblem]
    ) -> Service {
        var service = Service(id: reader.text("id", &problems), name: reader.text("name", &problems))
        service.about = reader.optionalText("about", &problems)
        func known(_ key: String, _ ids: [String], _ what: String) -> Set<String> {
            guard reader.child(key) != nil else { return [] }
            return Set(
                reader.texts(key, &problems).map { item in
                    require(item.text, in: ids, what, item.line, reader.key(key), &problems)
                    return item.text
                })
        }
        service.components = known("components", policy.components.map(\.id), "a component")
        let severities = policy.severities.map(\.id.raw)
        service.severities = known("severities", severities, "a severity")
        if service.severities.isEmpty { service.severities = Set(severities.prefix(2)) }
        if let node = reader.child("slo") {
            service.objective = readObjective(node, "\(path).slo", &problems)
        }
        let levels = policy.serviceLevels.levels.map(\.id)
        if let level = reader.optionalText("level", &problems) {
            require(
                level, in: levels, "a service level", reader.child("level")?.line, reader.key("level"),
                &problems)
            service.level = level
        }
        for member in reader.members("levels", &problems) {
            let key = reader.key("levels.\(member.key)")
            require(member.key, in: policy.departments.map(\.id), "a department", member.line, key, &problems)
            guard case .scalar(let level) = member.node.value else {
                problems.append(.init(line: member.line, key: key, message: "must be a service level"))
                continue
            }
            require(level, in: levels, "a service level", member.line, key, &problems)
            service.levelsByDepartment[member.key] = level
        }
        return service
    }

    private static func require(
        _ text: String, in known: [String], _ what: String, _ line: Int?, _ key: String,
        _ problems: inout [ConfigProblem]
    ) {
        guard !known.contains(text) else { return }
        let hint = nearest(to: text, in: known).map { "; did you mean “\($0)”?" } ?? ""
        problems.append(.init(line: line ?? 1, key: key, message: "“\(text)” is not \(what)\(hint)"))
    }

    private static func readObjective(
        _ node: ConfigNode, _ path: String, _ problems: inout [ConfigProblem]
    ) -> ServiceObjective {
        var reader = ConfigReader(node, at: path, problems: &problems)
        let text = reader.text("percent", &problems)
        let target = ServiceObjective.thousandths(text)
        if target == nil, !text.isEmpty {
            problems.append(
                .init(
                    line: reader.child("percent")?.line ?? node.line, key: "\(path).percent",
                    message:
                        "“\(text)” must be a percentage below 100 such as 99.9, with at most three decimals"))
        }
        let days = reader.integer("days", 1...366, default: 30, &problems)
        reader.refuseUnknownKeys(&problems)
        return ServiceObjective(target: target ?? 99_000, days: days)
    }

    /// The services of the default document.
    static let defaultServices = """
        # What you run: an impact names it, alerts may, and routing rules can ask for it. `slo` is what a service promises of itself: to be well for so many percent of the last days. Open cases
        # of its components and `severities` (the two gravest, unless you say others) spend its error budget from when their
        # effect began until it was mitigated, and so does what is recorded or sent to /api/v1/outages. Colleagues ask for what
        # has a `level`: their requests are measured by it, and those of some departments by others:
        #   - {id: laptops, name: Laptops, about: New ones and repairs, level: internal, levels: {finance: internal_gold}}
        # A service level that is for the catalogue alone says `catalogue: true`.
        services:
          - {id: payments, name: Payments, components: [billing], slo: {percent: 99.9, days: 30}}
          - {id: platform, name: Platform, components: [api, web, identity], slo: {percent: 99.5, days: 30}}
          - {id: accounts, name: Accounts and access, about: "New accounts, rights, and what to do when somebody leaves", level: internal}
          - {id: data_requests, name: Reports and data, about: Figures and extracts that nobody can make alone, level: internal}
        # Who inside asks for them.
        departments:
          - {id: it, name: IT}
          - {id: finance, name: Finance}
          - {id: people_team, name: People}
        """
}
