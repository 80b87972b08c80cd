extension Policy {
    /// The document in force until an organisation writes its own.
    package static let defaultDocument = """
        # Thirdline's policy. Change it, check it with `thirdline policy check FILE`, apply it with
        # `thirdline policy apply FILE --reason "..."` or on the policy page. It takes effect at once, everywhere.
        organisation: Technical support
        case_number_prefix: TL

        # From the worst down. `alias` is the other common label; both are understood everywhere.
        severities:
          - id: sev1
            name: Sev1
            alias: P1
            weight: 100
            definition: Production is down, or data is being lost, with no way around it.
            examples: [Nobody can sign in, Payments fail for everybody, Records are being overwritten]
          - id: sev2
            name: Sev2
            alias: P2
            weight: 75
            definition: An important function fails or is badly degraded for many; a way around is missing or costly.
            examples: [One payment in ten fails, Reports take an hour instead of a minute]
          - id: sev3
            name: Sev3
            alias: P3
            weight: 45
            definition: A function fails for some people or in some cases, and there is a way around it.
            examples: [An export drops a column, A webhook arrives twice]
          - id: sev4
            name: Sev4
            alias: P4
            weight: 20
            definition: A question, a small fault without effect on the work, or a wish.
            examples: [A label is wrong, How do we rotate keys without downtime?]
        default_severity: sev3

        # The lifecycle. `phase` says what rules make of a status: open, waiting, mitigated, verifying, resolved, closed.
        # `upward: true` hands a case on: the intake must be complete, or somebody says why it is not.
        statuses:
          - id: new
            name: New
            customer: Received
            phase: open
            to: [triaging, investigating, waiting_on_customer, resolved]
          - id: triaging
            name: Triaging
            customer: Being looked at
            phase: open
            to: [investigating, waiting_on_customer, waiting_on_engineering, waiting_on_third_party, mitigated, resolved]
          - id: investigating
            name: Investigating
            customer: Being investigated
            phase: open
            to: [triaging, waiting_on_customer, waiting_on_engineering, waiting_on_third_party, mitigated, verifying_fix, resolved]
          - id: waiting_on_customer
            name: Waiting on customer
            customer: We need something from you
            phase: waiting
            to: [investigating, waiting_on_engineering, waiting_on_third_party, mitigated, verifying_fix, resolved]
            on_customer_reply: investigating
            # What a case waits for here, unless somebody says otherwise: one of `blocked_reasons`.
            blocked_by: customer
          - id: waiting_on_engineering
            name: Waiting on engineering
            customer: Being investigated
            phase: waiting
            upward: true
            to: [investigating, waiting_on_customer, waiting_on_third_party, mitigated, verifying_fix, resolved]
            blocked_by: engineering
          - id: waiting_on_third_party
            name: Waiting on third party
            customer: Waiting on another party
            phase: waiting
            to: [investigating, waiting_on_customer, waiting_on_engineering, mitigated, verifying_fix, resolved]
            blocked_by: vendor
          - id: mitigated
            name: Mitigated
            customer: A way around is in place
            phase: mitigated
            to: [investigating, waiting_on_customer, waiting_on_engineering, waiting_on_third_party, verifying_fix, resolved]
          - id: verifying_fix
            name: Verifying fix
            customer: A fix is being proved
            phase: verifying
            to: [investigating, waiting_on_customer, waiting_on_engineering, mitigated, resolved]
          - id: resolved
            name: Resolved
            customer: Resolved
            phase: resolved
            to: [closed, reopened]
            on_customer_reply: reopened
          - id: closed
            name: Closed
            customer: Closed
            phase: closed
            to: [reopened]
            on_customer_reply: reopened
          - id: reopened
            name: Reopened
            customer: Reopened
            phase: open
            to: [triaging, investigating, waiting_on_customer, waiting_on_engineering, waiting_on_third_party, mitigated, verifying_fix, resolved]
        reopened_status: reopened

        # A case reopens as itself within so many days after it was resolved.
        reopen_window_days: 14
        # What must hold before a case counts as resolved: owner, narrative, verdict, root_cause, component, problem_statement.
        resolution_requires: [owner, narrative, verdict]
        # A reply that repeats so many words in a row from an internal note is held back until it is confirmed.
        internal_quote_words: 8

        components:
          - {id: api, name: API}
          - {id: web, name: Web application}
          - {id: identity, name: Sign-in and identity}
          - {id: integrations, name: Integrations and webhooks}
          - {id: data, name: Data and exports}
          - {id: billing, name: Billing and payments}
          - {id: infrastructure, name: Infrastructure}
          - {id: other, name: Other}
        product_areas:
          - {id: platform, name: Platform}
          - {id: payments, name: Payments}
          - {id: reporting, name: Reporting}
          - {id: administration, name: Administration}
          - {id: other, name: Other}
        environments:
          - {id: production, name: Production}
          - {id: staging, name: Staging}
          - {id: sandbox, name: Sandbox}
          - {id: development, name: Development}
        categories:
          - {id: fault, name: Something fails}
          - {id: performance, name: Something is slow}
          - {id: data, name: Data is wrong or missing}
          - {id: access, name: Access and rights}
          - {id: how_to, name: How to}
          - {id: request, name: Request for a change}
        root_causes:
          - {id: code_defect, name: Code defect}
          - {id: configuration, name: Configuration}
          - {id: capacity, name: Capacity}
          - {id: dependency, name: Third-party dependency}
          - {id: data, name: Data}
          - {id: human_action, name: Human action}
          - {id: unknown, name: Not found}
        # What a case turned out to be.
        verdicts:
          - {id: product_defect, name: Product defect}
          - {id: configuration, name: Configuration}
          - {id: misuse, name: Misuse}
          - {id: environment, name: Customer environment}
          - {id: third_party, name: Integration or third party}
          - {id: capacity, name: Capacity}
          - {id: data, name: Data}
          - {id: documentation_gap, name: Documentation gap}
          - {id: confusing_ux, name: Confusing user interface}
          - {id: expected_behaviour, name: Expected behaviour}
          - {id: unconfirmed, name: "Unconfirmed: the customer did not answer"}
        # The layer in which the fault lies.
        fault_layers:
          - {id: application, name: Application}
          - {id: infrastructure, name: Infrastructure}
          - {id: network, name: Network}
          - {id: identity, name: Identity}
          - {id: integration, name: Integration}
          - {id: data, name: Data}
          - {id: client, name: Client}
        # How a cause can be verified. Without one of these and evidence a cause is only suspected.
        verification_methods:
          - {id: reproduced, name: Reproduced at will}
          - {id: switched, name: Taken away and put back}
          - {id: replayed, name: Replayed from recorded data}
          - {id: compared, name: Compared with what works}
          - {id: measured, name: Measured before and after}
          - {id: read, name: Read in code or configuration}
          - {id: third_party, name: Confirmed by its maker}
        # A sentence to a customer with one of these words states a cause. While no cause is confirmed it is not
        # sent, unless a hedge stands beside it. An empty list switches this off.
        cause_claims: [caused by, confirmed cause, the cause is, the cause was, root cause is, root cause was, is due to, was due to]
        cause_hedges: [suspect, suspected, suspicion, may, might, could, possibly, probably, perhaps, likely, believe, assume, seems, appears, whether, not, cannot, if]
        tiers:
          - {id: enterprise, name: Enterprise, weight: 100}
          - {id: premium, name: Premium, weight: 60}
          - {id: standard, name: Standard, weight: 20}
        # What is kept of customers. These lists may be left out.
        segments:
          - {id: large, name: Large}
          - {id: mid, name: Mid-sized}
          - {id: small, name: Small}
          - {id: public, name: Public sector}
        regions:
          - {id: emea, name: "Europe, Middle East, Africa"}
          - {id: americas, name: Americas}
          - {id: apac, name: Asia-Pacific}
        products:
          - {id: platform, name: Platform}
          - {id: payments, name: Payments}
          - {id: reporting, name: Reporting}
        contracts:
          - {id: subscription, name: Subscription}
          - {id: premium_support, name: Subscription with premium support}
          - {id: trial, name: Trial}
        coverages:
          - {id: business_hours, name: Business hours}
          - {id: extended, name: "Extended hours, 6 to 22"}
          - {id: always, name: Around the clock}
        contact_roles:
          - {id: administrator, name: Administrator}
          - {id: developer, name: Developer}
          - {id: security, name: Security}
          - {id: network, name: Network}
          - {id: executive, name: Executive}
          - {id: operator, name: Outsourced operator}
        # How grave the risk is that a customer is lost, from the least.
        risk_levels:
          - {id: watch, name: Watch}
          - {id: at_risk, name: At risk}
          - {id: critical, name: Critical}
        channels:
          - {id: portal, name: Customer portal}
          - {id: engineer, name: Opened by an engineer}
          - {id: api, name: API}
          - {id: phone, name: Phone}
          - {id: email, name: E-mail}
          - {id: chat, name: Chat}
          - {id: alert, name: Alert}
          - {id: import, name: Import}
        # `internal: true` are requests of colleagues; `answer_hours` is what they are promised.
        request_types:
          - {id: incident, name: Something is broken}
          - {id: question, name: Question}
          - {id: change, name: Change request}
          - {id: security, name: Security report, confidentiality: security}
          - {id: internal_question, name: Technical question, internal: true, answer_hours: 8}
          - {id: internal_access, name: Access or data request, internal: true, answer_hours: 24}
          - {id: internal_tooling, name: Tooling fault, internal: true, answer_hours: 48}
          - {id: internal_alert, name: Alert, internal: true}

        # What a case can wait for; the backlog report counts by it.
        blocked_reasons:
          - {id: customer, name: Customer}
          - {id: engineering, name: Engineering}
          - {id: access, name: Access}
          - {id: missing_telemetry, name: Missing telemetry}
          - {id: vendor, name: Vendor}
          - {id: approval, name: Approval}
          - {id: change_window, name: Change window}
        # New cases of these severities are looked at again: is the severity right, is there an owner, a next action?
        severity_check:
          severities: [sev1, sev2]
          hours: 24
        # An offer that is not accepted within so many minutes is alarmed. Cases are handed up to `upward_role` unless
        # somebody says otherwise. A case that waits for one of `outside_reasons` waits for nobody of the house.
        handover:
          accept_minutes: 30
          upward_role: engineer
          outside_reasons: [customer, vendor]
        \(defaultOutward)

        # Whether customers see in the portal how long their case was in each state.
        customers_see_time_in_state: false
        # Why only some may know of a case. Beside the people who are named, its owner and its security owner, these roles
        # may know of every case of the level, and so may whoever has the right case.view_restricted.
        confidentiality:
          - {id: security, name: Security-sensitive, roles: [security]}
          - {id: personnel, name: Personnel matter}

        # What the codes mean by which your products name errors; `thirdline policy codes FILE.csv` brings a table in.
        # error_codes:
        #   - {code: PAY-1043, meaning: The acquirer refused the card, component: Capture, link: "https://wiki.example/pay-1043"}

        # Evidence. The last kind and the first sensitivity and retention are those of evidence of which nothing was said.
        # `restricted` takes a right of its own (evidence.read_restricted) and a reason; `record_reads` records each reading.
        # Of texts people see a copy without what is private; the original takes that right and a reason as well.
        # `redacted: false` shows the original at once, as do the kinds in `unredacted_types`.
        evidence:
          most_megabytes: 20480
          refused_endings: []
          request_days: 14
          share_days: 7
          types:
            - {id: log_extract, name: Log extract}
            - {id: metric_snapshot, name: Metric snapshot}
            - {id: trace, name: Trace}
            - {id: network_capture, name: Network capture}
            - {id: query_plan, name: Query plan}
            - {id: config_snapshot, name: Configuration snapshot}
            - {id: api_exchange, name: API request and response}
            - {id: har, name: Browser recording (HAR)}
            - {id: screenshot, name: Screenshot}
            - {id: query_result, name: Query result}
            - {id: deploy_history, name: Deploy history}
            - {id: stack_trace, name: Stack trace}
            - {id: cluster_bundle, name: Cluster bundle}
            - {id: other, name: Other}
          sensitivities:
            - {id: normal, name: Normal}
            - {id: confidential, name: Confidential, record_reads: true}
            - {id: restricted, name: Restricted, restricted: true}
          unredacted_types: []
          retentions:
            - {id: two_years, name: Two years, days: 730}
            # What is heavy and holds much that is private goes sooner, unless somebody says otherwise of a piece.
            - {id: ninety_days, name: 90 days, days: 90, types: [network_capture, har, cluster_bundle]}
            - {id: ten_years, name: Ten years, days: 3650}
          # What a case should have; lists that are left out mean all.
          expected:
            - {type: log_extract, request_types: [incident]}
            - {type: deploy_history, request_types: [incident]}
            - {type: metric_snapshot, request_types: [incident]}
            - {type: api_exchange, request_types: [incident], product_areas: [payments]}

        \(defaultLevels)

        \(defaultRouting)

        # How long closed cases are kept, in days from the day on which they were closed; the first rule that fits counts.
        # request_types, product_areas, contracts and regions narrow a rule; what no rule fits is kept for ever. With
        # "automatic: true" what is over goes each hour, evidence as well; else it is listed until somebody takes it away.
        retention:
          automatic: false
          cases:
            - {id: standard, name: Closed cases, days: 3650}

        # Mail. Without an address the desk sends none. The name of a receiving server stands at the beginning of the
        # Authentication-Results that it writes; only what the servers named here found out about a sender is believed.
        # accept_unverified takes mail of known customers all the same. The limits are messages in an hour.
        mail:
          # address: support@example.com
          # name: Example Support
          authentication_servers: []
          accept_unverified: false
          acknowledge: true
          most_per_sender: 30
          most_per_case: 60
          most_reopens: 3

        # What colleagues are told in a chat of theirs goes to https on the public network alone. Hosts of your own network
        # that may be told, by http too, are named here: [chat.example.com].
        notifications:
          chat_hosts: []

        sign_in:
          minimum_password_length: 12
          # Failed attempts within 15 minutes before an account, or an address, must wait.
          attempts_per_account: 10
          attempts_per_address: 50
          idle_minutes: 720
          session_hours: 336

        \(defaultQuality)

        \(defaultNotices)

        \(defaultServices)

        \(defaultForms)
        \(defaultAttention)
        \(defaultPreSend)

        # Changes of these parts of the document come into force only once others agree: so many people with one of the roles,
        # none of them its author. What is said here is guarded by every rule. `parts` are keys of this document.
        # approvals:
        #   - {id: routing, name: Routing and queues, parts: [routing, triage, handover], roles: [lead, manager], approvers: 1, days: 7}

        # What each role may do. "case.*" gives every right that begins so. With "second_factor: required" whoever has
        # the role signs in with a code of an app beside the password. `home`: what the first page of the role holds, in
        # order (work, offered, news, unowned, severity_check, risk, review, stuck, attention, engineering, backlog,
        # escalations, ageing, coverage, levels, prevention, approvals).
        roles:
          - id: customer
            name: Customer
            rights: [portal.answer_survey, portal.view, portal.report, portal.reply, portal.reopen, portal.confirm, account.manage, portal.give_evidence]
          - id: frontline
            name: Frontline (L1)
            home: [offered, work, news, unowned]
            rights: [service.view, survey.view, mail.view, mail.sort, case.view, case.hand_over, case.accept_handover, case.ask_unblock, case.open, case.reply, case.note, case.assign, case.edit, case.change_status, case.reopen, case.link, organisation.view, account.manage, token.manage, case.coordinate, case.recommend_severity, case.watch, macro.view, case.investigate, evidence.add, evidence.describe, evidence.request]
          - id: engineer
            name: Support engineer (L2)
            home: [offered, work, prevention, news, unowned, stuck]
            rights: [service.record_outage, service.view, survey.view, survey.handle, mail.view, mail.sort, case.view, case.hand_over, case.accept_handover, case.ask_unblock, case.explain_breach, defect.answer, case.open, case.reply, case.note, case.assign, case.edit, case.change_status, case.change_severity, case.resolve, case.close, case.sign_exception, case.reopen, case.link, case.merge, case.restrict, organisation.view, organisation.edit, people.view, account.manage, token.manage, case.coordinate, case.recommend_severity, case.watch, macro.view, macro.edit, case.investigate, organisation.view_terms, organisation.flag_risk, organisation.commit, alert.receive, evidence.add, evidence.describe, evidence.request, evidence.share, evidence.read_restricted]
          - id: lead
            name: Lead (L3)
            home: [review, approvals, severity_check, stuck, offered, risk, unowned, attention, work, prevention, news]
            rights: [service.record_outage, service.view, notice.view, notice.manage, survey.view, survey.handle, survey.withhold, quality.view, quality.review, mail.view, mail.sort, case.view, case.hand_over, case.accept_handover, case.ask_unblock, case.unblock, case.review_message, clock.hear_warnings, clock.hear_breaches, level.review, level.plan, contract.propose, contract.view_exposure, defect.answer, case.rebalance, case.judge_response, case.explain_breach, case.override_priority, case.open, case.reply, case.note, case.assign, case.edit, case.change_status, case.change_severity, case.resolve, case.close, case.sign_exception, case.reopen, case.link, case.merge, case.restrict, organisation.view, organisation.edit, people.view, policy.view, account.manage, token.manage, case.coordinate, case.recommend_severity, case.confirm_severity, case.watch, case.view_times, macro.view, macro.edit, view.share, people.set_away, case.investigate, organisation.view_terms, organisation.flag_risk, organisation.commit, organisation.delegate, alert.receive, evidence.add, evidence.describe, evidence.request, evidence.share, evidence.remove, evidence.read_restricted, evidence.audit, policy.approve]
          - id: manager
            name: Manager
            home: [review, approvals, escalations, risk, levels, ageing, stuck, coverage, backlog, severity_check, attention, prevention, news]
            rights: [service.record_outage, service.view, notice.view, notice.manage, survey.view, survey.handle, survey.withhold, quality.view, quality.review, mail.view, case.view, case.hand_over, case.accept_handover, case.ask_unblock, case.unblock, case.review_message, clock.hear_breaches, level.review, level.plan, contract.propose, contract.view_exposure, defect.answer, case.rebalance, case.judge_response, case.explain_breach, case.override_priority, case.open, case.reply, case.note, case.assign, case.edit, case.change_status, case.change_severity, case.resolve, case.close, case.sign_exception, case.reopen, case.link, case.merge, case.restrict, organisation.view, organisation.edit, people.view, policy.view, policy.change, contract.approve, account.manage, token.manage, case.coordinate, case.recommend_severity, case.confirm_severity, case.watch, case.view_times, macro.view, macro.edit, view.share, people.set_away, case.investigate, organisation.view_terms, organisation.flag_risk, organisation.commit, organisation.delegate, alert.receive, evidence.add, evidence.describe, evidence.request, evidence.share, evidence.remove, retention.view, retention.hold, evidence.read_restricted, evidence.audit, policy.approve]
          - id: developer
            name: Product engineer
            home: [news, engineering, work]
            rights: [service.view, defect.answer, case.view, case.open, case.note, organisation.view, account.manage, token.manage, case.recommend_severity, case.watch, case.investigate, evidence.add]
          - id: monitor
            name: Monitoring system
            rights: [alert.receive, account.manage]
          - id: auditor
            name: Auditor
            rights: [service.view, notice.view, survey.view, quality.view, mail.view, retention.view, case.view, level.review, contract.view_exposure, organisation.view, people.view, policy.view, journal.view, account.manage, case.view_times, macro.view, organisation.view_terms, evidence.audit]
          - id: security
            name: Security
            home: [offered, work, news]
            rights: [service.view, notice.view, notice.manage, case.view, case.hand_over, case.accept_handover, case.ask_unblock, case.open, case.reply, case.note, case.assign, case.edit, case.change_status, case.change_severity, case.resolve, case.close, case.reopen, case.link, case.merge, case.restrict, case.reply_restricted, organisation.view, people.view, account.manage, token.manage, case.coordinate, case.recommend_severity, case.watch, macro.view, evidence.add, evidence.describe, evidence.request, evidence.share, evidence.remove, evidence.read_restricted, evidence.audit]
          - id: administrator
            name: Administrator
            rights: ["*"]
        """
}
