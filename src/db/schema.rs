//! One schema for both databases: the tables and columns of `migrations/*/up.sql`, in their order.
#![expect(missing_docs, reason = "the migrations explain each table and column")]

diesel::table! {
    department (id) {
        id -> BigInt,
        code -> Text,
        name_zh -> Text,
        name_en -> Nullable<Text>,
        parent_id -> Nullable<BigInt>,
        head_email -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    employee (id) {
        id -> BigInt,
        employee_no -> Text,
        name -> Text,
        department_id -> BigInt,
        email -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    client (id) {
        id -> BigInt,
        code -> Text,
        name -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    questionnaire (id) {
        id -> BigInt,
        code -> Text,
    }
}

diesel::table! {
    questionnaire_version (id) {
        id -> BigInt,
        questionnaire_id -> BigInt,
        version -> Integer,
        definition -> Text,
        published_at -> Nullable<Timestamp>,
        published_by -> Nullable<Text>,
        long_because -> Nullable<Text>,
    }
}

diesel::table! {
    version_tally (questionnaire_version_id) {
        questionnaire_version_id -> BigInt,
        responses -> BigInt,
    }
}

diesel::table! {
    questionnaire_draft (code) {
        code -> Text,
        revision -> BigInt,
        definition -> Text,
        base -> Nullable<Integer>,
        changed_at -> Timestamp,
        changed_by -> Text,
    }
}

diesel::table! {
    questionnaire_choice (id) {
        id -> BigInt,
        channel -> Text,
        questionnaire_id -> BigInt,
        since -> Timestamp,
        chosen_by -> Text,
    }
}

diesel::table! {
    service_record (id) {
        id -> BigInt,
        external_id -> Text,
        content_hash -> Binary,
        department_id -> BigInt,
        employee_id -> Nullable<BigInt>,
        client_id -> Nullable<BigInt>,
        touchpoint -> Nullable<Text>,
        channel -> Text,
        service_type -> Nullable<Text>,
        completed_at -> Timestamp,
        requested_at -> Nullable<Timestamp>,
        first_response_at -> Nullable<Timestamp>,
        waiting_minutes -> Nullable<Integer>,
        resolved -> Nullable<Bool>,
        urgent -> Bool,
        closed_automatically -> Bool,
        contact -> Nullable<Binary>,
        customer_hash -> Nullable<Binary>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    invitation (id) {
        id -> BigInt,
        service_record_id -> BigInt,
        purpose -> Text,
        state -> Text,
        questionnaire_version_id -> BigInt,
        locale -> Text,
        salt -> Nullable<Binary>,
        token_hash -> Nullable<Binary>,
        email_hash -> Nullable<Binary>,
        due_at -> Timestamp,
        expires_at -> Timestamp,
        sent_at -> Nullable<Timestamp>,
        rules_version -> BigInt,
        rule -> Nullable<BigInt>,
    }
}

diesel::table! {
    eligibility (version) {
        version -> BigInt,
        rules -> Text,
        made_at -> Timestamp,
        made_by -> Text,
    }
}

diesel::table! {
    outbox (id) {
        id -> BigInt,
        invitation_id -> BigInt,
        kind -> Text,
        step -> Integer,
        state -> Text,
        due_at -> Timestamp,
        attempt -> Integer,
        lease_token -> Nullable<Text>,
        lease_until -> Nullable<Timestamp>,
        reply -> Nullable<Text>,
        possible_duplicates -> Integer,
        finished_at -> Nullable<Timestamp>,
        first_due_at -> Nullable<Timestamp>,
        mail_text_id -> Nullable<BigInt>,
        asks -> Nullable<Bool>,
    }
}

diesel::table! {
    reminder_refusal (email_hash) {
        email_hash -> Binary,
        created_at -> Timestamp,
    }
}

diesel::table! {
    mail_text (id) {
        id -> BigInt,
        questionnaire_id -> BigInt,
        revision -> BigInt,
        definition -> Text,
        saved_at -> Timestamp,
        saved_by -> Text,
    }
}

diesel::table! {
    bounce (id) {
        id -> BigInt,
        outbox_id -> BigInt,
        kind -> Text,
        status -> Nullable<Text>,
        source -> Text,
        received_at -> Timestamp,
    }
}

diesel::table! {
    bounce_tally (day, reason) {
        day -> Date,
        reason -> Text,
        n -> BigInt,
    }
}

diesel::table! {
    bounce_signature (signature) {
        signature -> Binary,
        received_at -> Timestamp,
    }
}

diesel::table! {
    suppression (email_hash) {
        email_hash -> Binary,
        reason -> Text,
        created_at -> Timestamp,
        expires_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    response (id) {
        id -> BigInt,
        invitation_id -> Nullable<BigInt>,
        service_record_id -> Nullable<BigInt>,
        department_id -> BigInt,
        employee_id -> Nullable<BigInt>,
        client_id -> Nullable<BigInt>,
        touchpoint -> Nullable<Text>,
        channel -> Text,
        mode -> Text,
        base -> Text,
        questionnaire_version_id -> BigInt,
        answers -> Text,
        comment -> Nullable<Text>,
        overall -> Nullable<SmallInt>,
        points -> Nullable<Integer>,
        month -> Text,
        quarter -> Text,
        year -> Text,
        responded_at -> Timestamp,
        entered_by -> Nullable<BigInt>,
        excluded -> Bool,
        notice_id -> Nullable<BigInt>,
        wants_contact -> Bool,
        counter_id -> Nullable<BigInt>,
        form_number -> Nullable<Text>,
        entry -> Nullable<Text>,
    }
}

diesel::table! {
    pending_response (id) {
        id -> Binary,
        department_id -> BigInt,
        channel -> Text,
        cohort -> Text,
        sealed -> Binary,
    }
}

diesel::table! {
    anonymous_response (id) {
        id -> Binary,
        department_id -> BigInt,
        employee_id -> Nullable<BigInt>,
        client_id -> Nullable<BigInt>,
        touchpoint -> Nullable<Text>,
        channel -> Nullable<Text>,
        mode -> Text,
        base -> Text,
        questionnaire_version_id -> BigInt,
        answers -> Text,
        comment -> Nullable<Text>,
        overall -> Nullable<SmallInt>,
        points -> Nullable<Integer>,
        month -> Text,
        quarter -> Text,
        year -> Text,
        excluded -> Bool,
        notice_id -> Nullable<BigInt>,
        counter_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    counter (id) {
        id -> BigInt,
        code -> Text,
        department_id -> BigInt,
        touchpoint -> Text,
        name_zh -> Text,
        name_en -> Text,
        created_by -> Text,
        created_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    sent_page (hash) {
        hash -> Binary,
        until -> Date,
    }
}

diesel::table! {
    exclusion (id) {
        id -> BigInt,
        response -> Text,
        department_id -> BigInt,
        month -> Text,
        quarter -> Text,
        year -> Text,
        channel -> Text,
        base -> Text,
        reason -> Text,
        note -> Nullable<Text>,
        state -> Text,
        requested_by -> Text,
        requested_at -> Timestamp,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<Timestamp>,
        restored_by -> Nullable<Text>,
        restored_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    tally (employee_id, client_id, question, department_id, month, channel, base, mode, quarter, year) {
        department_id -> BigInt,
        employee_id -> BigInt,
        client_id -> BigInt,
        question -> Text,
        channel -> Text,
        base -> Text,
        mode -> Text,
        month -> Text,
        quarter -> Text,
        year -> Text,
        n -> BigInt,
        satisfied -> BigInt,
        scored -> BigInt,
        points_sum -> BigInt,
        points_sq_sum -> BigInt,
    }
}

diesel::table! {
    service_tally (employee_id, client_id, department_id, month, channel, quarter, year) {
        department_id -> BigInt,
        employee_id -> BigInt,
        client_id -> BigInt,
        channel -> Text,
        month -> Text,
        quarter -> Text,
        year -> Text,
        records -> BigInt,
        invited -> BigInt,
        responded -> BigInt,
        resolved -> BigInt,
        resolution_known -> BigInt,
        timely -> BigInt,
        timed -> BigInt,
        complaints -> BigInt,
    }
}

diesel::table! {
    commitment (id) {
        id -> BigInt,
        metric -> Text,
        level -> Text,
        department_id -> Nullable<BigInt>,
        client_id -> Nullable<BigInt>,
        channel -> Nullable<Text>,
        grain -> Text,
        target -> Integer,
        tolerance -> Integer,
        consequence -> Nullable<Text>,
        clause -> Text,
        evidence_rule -> Text,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
        reason -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    complaint (id) {
        id -> BigInt,
        reference -> Text,
        content_hash -> Binary,
        department_id -> BigInt,
        client_id -> Nullable<BigInt>,
        channel -> Text,
        service_record_id -> Nullable<BigInt>,
        received_at -> Timestamp,
        closed_at -> Nullable<Timestamp>,
        kind -> Nullable<Text>,
        urgent -> Bool,
        details -> Nullable<Binary>,
        email_hash -> Nullable<Binary>,
        customer_hash -> Nullable<Binary>,
        month -> Text,
        quarter -> Text,
        year -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    period (id) {
        id -> Text,
        state -> Text,
        revision -> Integer,
        evaluated_at -> Nullable<Timestamp>,
        published_at -> Nullable<Timestamp>,
        sealed_at -> Nullable<Timestamp>,
        told_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    holiday (date) {
        date -> Date,
        kind -> Text,
        name -> Nullable<Text>,
    }
}

diesel::table! {
    app_user (id) {
        id -> BigInt,
        email -> Text,
        name -> Text,
        role -> Text,
        department_id -> Nullable<BigInt>,
        client_id -> Nullable<BigInt>,
        password_hash -> Nullable<Text>,
        locale -> Nullable<Text>,
        created_at -> Timestamp,
        disabled_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    sign_in_link (token_hash) {
        token_hash -> Binary,
        user_id -> Nullable<BigInt>,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    session (token_hash) {
        token_hash -> Binary,
        user_id -> BigInt,
        created_at -> Timestamp,
        last_seen_at -> Timestamp,
    }
}

diesel::table! {
    api_token (id) {
        id -> BigInt,
        name -> Text,
        token_hash -> Binary,
        scopes -> Text,
        created_at -> Timestamp,
        expires_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    audit_log (id) {
        id -> BigInt,
        at -> Timestamp,
        actor -> Text,
        action -> Text,
        subject -> Text,
        detail -> Text,
        hash -> Binary,
    }
}

diesel::table! {
    setting (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    sample (id) {
        id -> BigInt,
        period -> Text,
        number -> Integer,
        seed -> BigInt,
        fraction -> Integer,
        frame_size -> BigInt,
        frame_hash -> Binary,
        reason -> Nullable<Text>,
        drawn_by -> Text,
        drawn_at -> Timestamp,
    }
}

diesel::table! {
    sample_stratum (sample_id, department_id, channel) {
        sample_id -> BigInt,
        department_id -> BigInt,
        channel -> Text,
        eligible -> BigInt,
        drawn -> BigInt,
    }
}

diesel::table! {
    sample_member (sample_id, position) {
        sample_id -> BigInt,
        position -> Integer,
        service_record_id -> BigInt,
    }
}

diesel::table! {
    sample_attempt (id) {
        id -> BigInt,
        service_record_id -> BigInt,
        disposition -> Text,
        user_id -> BigInt,
        at -> Timestamp,
    }
}

diesel::table! {
    period_seal (id) {
        id -> BigInt,
        period -> Text,
        revision -> Integer,
        sealed_at -> Timestamp,
        sealed_by -> Text,
        circumstances -> Text,
        organisation -> Text,
        inputs -> Text,
        rules -> Text,
        results -> Text,
        hash -> Binary,
    }
}

diesel::table! {
    sealed_score (period, revision, position) {
        period -> Text,
        revision -> Integer,
        position -> Integer,
        level -> Text,
        channel -> Text,
        department -> Text,
        employee -> Text,
        score -> Text,
    }
}

diesel::table! {
    period_reopening (period, number) {
        period -> Text,
        number -> Integer,
        requested_by -> Text,
        requested_at -> Timestamp,
        reason -> Text,
        confirmed_by -> Nullable<Text>,
        confirmed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    privacy_notice (id) {
        id -> BigInt,
        hash -> Binary,
        zh_cn -> Text,
        en -> Text,
        since -> Timestamp,
    }
}

diesel::table! {
    response_correction (response_id) {
        response_id -> BigInt,
        answers -> Text,
        comment -> Nullable<Text>,
        overall -> Nullable<SmallInt>,
        points -> Nullable<Integer>,
        corrected_at -> Timestamp,
    }
}

diesel::table! {
    suspect_tally (day, reason) {
        day -> Date,
        reason -> Text,
        n -> BigInt,
    }
}

diesel::joinable!(response_correction -> response (response_id));
diesel::joinable!(employee -> department (department_id));
diesel::table! {
    mail_pace (domain_hash) {
        domain_hash -> Binary,
        next_at -> Timestamp,
        booked_until -> Timestamp,
        held_until -> Timestamp,
    }
}

diesel::table! {
    partial_response (invitation_id) {
        invitation_id -> BigInt,
        sealed -> Binary,
    }
}

diesel::joinable!(commitment -> department (department_id));
diesel::joinable!(commitment -> client (client_id));
diesel::joinable!(service_record -> department (department_id));
diesel::joinable!(complaint -> service_record (service_record_id));
diesel::joinable!(invitation -> service_record (service_record_id));
diesel::joinable!(outbox -> invitation (invitation_id));
diesel::joinable!(bounce -> outbox (outbox_id));
diesel::joinable!(session -> app_user (user_id));
diesel::joinable!(questionnaire_version -> questionnaire (questionnaire_id));
diesel::joinable!(invitation -> questionnaire_version (questionnaire_version_id));
diesel::joinable!(questionnaire_choice -> questionnaire (questionnaire_id));
diesel::joinable!(sample_stratum -> sample (sample_id));
diesel::joinable!(sample_member -> sample (sample_id));
diesel::joinable!(sample_member -> service_record (service_record_id));
diesel::joinable!(sample_attempt -> app_user (user_id));

diesel::allow_tables_to_appear_in_same_query!(
    department,
    employee,
    client,
    questionnaire,
    questionnaire_version,
    questionnaire_draft,
    mail_text,
    questionnaire_choice,
    service_record,
    invitation,
    eligibility,
    outbox,
    bounce,
    bounce_tally,
    bounce_signature,
    suppression,
    response,
    pending_response,
    anonymous_response,
    tally,
    service_tally,
    commitment,
    period,
    holiday,
    app_user,
    sign_in_link,
    session,
    api_token,
    audit_log,
    setting,
    period_seal,
    sealed_score,
    period_reopening,
    sample,
    sample_stratum,
    sample_member,
    sample_attempt,
    privacy_notice,
    response_correction,
    suspect_tally,
    counter,
    sent_page,
    partial_response,
    mail_pace,
    complaint,
);

diesel::allow_columns_to_appear_in_same_group_by_clause!(service_record::department_id, invitation::state);

diesel::allow_columns_to_appear_in_same_group_by_clause!(outbox::asks, invitation::state,);
